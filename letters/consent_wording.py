"""What a guardian is told before a student's data are used, and the paper on which the answer is given (Chinese).

All that 儿童个人信息网络保护规定 9 and 10 ask, made of the year's own columns and figures. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from letters.words import OFFICE, PROGRAMME

if TYPE_CHECKING:
    from calendars.year import ContactPoint

BLANK = "＿＿＿＿＿＿＿＿"
"""What the office writes in by hand: the program does not know it."""

TITLE = "学生个人信息处理告知书和监护人同意书（{year}年度）"

TOLD = """
# 处理目的
用于组织{programme}{year}年度的报名、选拔、培养、评价和总结：
核对报名条件，确定入选学生，安排培养和评价，发放《培养证书》，与学生和监护人联系。
不用于其他目的。

# 处理方式和知悉范围
由中学和市级管理办公室收集，在工作管理系统中报送。系统核对是否符合规定；
审核、入选和评价由管理办公室、高校（科研院所）和导师决定。

本市的管理办公室和{office}可以查看；
学生所在中学、培养高校（科研院所）和导师知道与其工作有关的内容。
系统发出的函件中学生只写报名号。

# 处理哪些信息
按报送表列出，没有发生的不收；不收身份证号。

{columns}

除报送表以外，系统另存：
历次报送的原样和系统核验的结果；由姓名、出生日期、中学加密算出的匹配码，用于辨认同一学生、往年学生；
对个人情况的更正和个人延期；是否同一学生的核定；管理办公室就该生的留言；
《培养证书》的登记（姓名、中学、学科、等级、编号）；监护人同意和撤回的登记。

# 存放地点和保存期限
存放在{office}管理的服务器上，地点：{place}。{term}

# 期满以后
期满由管理人员清除：学生的各表整行删去，办理记录和函件清除所写的内容。
留下各市、中学、学科的人数和不含姓名的编号。
期满之前的备份，在备份保存期满后删去。

# 安全保障
分市查看；省级查看、导出完整信息须写明理由，并记入操作日志；
学生和监护人的邮箱、电话加密存放；备份加密。
发生泄露的，立即采取补救措施，并告知监护人。

# 不同意和撤回同意
可以不同意。学生未满{consent_age}周岁而监护人不同意的，不能参加本计划；
不影响在学校的学习和其他活动。

同意之后可以随时撤回，不必说明理由，向所在中学或市级管理办公室提出。
撤回之前已经进行的处理仍然有效；撤回以后不再参加其后的阶段。

# 查阅、更正和删除
可以查阅、复制学生的信息，发现有误的可以要求更正，也可以要求删除：
向所在中学、市级管理办公室或省级管理办公室提出。
要求删除的，停止使用，系统中只存放到保存期满时清除，并答复监护人。

# 投诉和联系
{office}：{whom}。儿童个人信息保护专人：{in_charge}。
也可以向网信部门投诉、举报。

# 监护人意见
我是学生（报名号：{blank}）的　□父亲　□母亲　□其他监护人，
已经阅读以上内容，对{year}年度按此处理该生的个人信息：

□同意　　□不同意

监护人签名：{blank}　　日期：{blank}

本页由市级管理办公室（或中学）保存；
系统中登记日期、与学生的关系、方式、所依据的文本、所写的说明、由谁在什么时间登记，
不登记监护人的姓名和电话。
"""
"""Points, each its head and its paragraphs; lines of a paragraph go on without a space."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a student is asked: the columns of each sheet, and how long it is kept (0 months: nobody said)."""

    year: int
    consent_age: int
    months: int
    sheets: Sequence[tuple[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class Whom:
    """What the office says of itself, as it is printed: no part of the wording, which outlives who is in office.

    Whom guardians may turn to, who is in charge of children's data, where the server stands; a blank where unsaid.
    """

    contact: ContactPoint | None = None
    in_charge: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The paper: its title, and each point with its paragraphs; the last is what is signed.

    `text` is the whole of it as it is kept: with a blank for whom to ask.
    """

    title: str
    points: Sequence[tuple[str, Sequence[str]]]
    text: str

    @property
    def digest(self) -> str:
        """What names exactly these words."""
        return sha256(self.text.encode()).hexdigest()


def consent_text(asked: Asked, whom: Whom | None = None) -> ConsentText:
    """Word it for a year, as it is printed."""
    title, kept = TITLE.format(year=asked.year), _points(asked, Whom())
    text = "\n\n".join((title, *("\n".join((head, *lines)) for head, lines in kept)))
    return ConsentText(title, _points(asked, whom) if whom else kept, text)


def _points(asked: Asked, whom: Whom) -> Sequence[tuple[str, Sequence[str]]]:
    contact, unsaid = whom.contact, f"本年度没有定出清除的期限，由{OFFICE}另行告知：{BLANK}。"
    reached = (("", contact.name), ("电话", contact.phone), ("邮箱", contact.mailbox)) if contact else ()
    facts = {
        "programme": PROGRAMME,
        "office": OFFICE,
        "blank": BLANK,
        "place": whom.place or BLANK,
        "in_charge": whom.in_charge or BLANK,
        "year": asked.year,
        "consent_age": asked.consent_age,
        "columns": "\n\n".join(f"《{name}》：{'、'.join(labels)}。" for name, labels in asked.sheets),
        "term": f"保存到本年度归档后满{asked.months}个月。" if asked.months else unsaid,
        "whom": "，".join(f"{way}{said}" for way, said in reached if said) or BLANK,
    }
    points = TOLD.format_map(facts).strip().removeprefix("# ").split("\n\n# ")
    return tuple(_point(*one) for one in zip("一二三四五六七八九十"[: len(points)], points, strict=True))


def _point(place: str, written: str) -> tuple[str, tuple[str, ...]]:
    head, _, told = written.partition("\n")
    return f"{place}、{head}", tuple(paragraph.replace("\n", "") for paragraph in told.split("\n\n"))
