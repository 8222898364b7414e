"""The hand tool `talent`: which groups of commands there are, and what an end means as an exit status.

0 done; 1 refused, or findings; 2 wrong usage; 75 try again later. Groups are imported when one of them is typed.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

import shadowed  # noqa: F401 -- before anything of ours is looked for by its name
from commands.help_in_chinese import ChineseHelp, complaint, help_on
from commands.options import AT_END, ConfigurationError, UsageError
from commands.output import console, say

DONE, REFUSED, USAGE, LATER, INTERRUPTED = 0, 1, 2, 75, 130
YOUNG = 1_000_000
"""So many objects may be made before the collector looks: it finds nothing in what a command loads to start."""

GROUPS = {
    "calendar": "年度日历：查看、检查、起草、比较、导出 iCalendar",
    "year": "年度：开设、归档、结转到下一年",
    "form": "报送表：空白模板、检查、导入",
    "phase": "阶段：按日程办理、报送、延期、审定、豁免、重新开放、退出、结论",
    "act": "各项办理一览；没有专用命令的在此办理",
    "award": "聘书、证书：颁发、登记、打印、核验、作废、补发",
    "consent": "监护人同意：登记、撤回、清单",
    "letters": "函件：清单、查看、发送、预览",
    "city": "设区市与其邮箱",
    "office": "省级管理办公室的邮箱",
    "user": "账号：新建、清单、停用、启用、重新发登录链接",
    "db": "数据库：升级、备份、恢复、移动、检查",
    "notice": "通知：各条款由系统的什么来办",
}
SINGLE = {
    "status": ("commands.season:status", "各市各阶段一览：现在，或过去任一时刻"),
    "log": ("commands.season:log", "流转记录：谁、何时、为何"),
    "told": ("commands.days_told:told", "告知情况：某单位、某人得知的各截止时间，凭哪封函件，是不是现行的"),
    "handover": ("commands.handover:handover", "交接单：答应过还没有了结的、正在等待的、与上年不同的、找谁"),
    "fork": ("commands.fork:fork", "推演：标准若是另一个数，今年会怎样；在副本上重演，不发函，不保存"),
    "rehearse": ("commands.rehearsal:rehearse", "在一个新库里把一整年演练一遍"),
    "demo": ("commands.demonstration:demo", "演示：演练 2022 年到 2 月 7 日，打开页面，打印登录账号"),
    "up": ("commands.running:up", "正式运行：数据库、页面、Prefect、部署、按日程办理、发信"),
    "purge": ("commands.purging:purge", "清除到期的个人信息：先列出，写明事由才清除；人数留着"),
    "doctor": ("commands.doctor:doctor", "检查设置与环境，说明问题与处理办法"),
}


def application() -> App:
    """The whole command line; nothing of a group is loaded before one of its commands is typed."""
    app = App(
        name="talent",
        help="江苏省中学生科技创新后备人才培养计划：年度各阶段的报送、审定、催办与重新开放。",
        help_formatter=ChineseHelp(),
        help_format="plaintext",
        version=_version,
        console=console(),
    )
    for name, words in GROUPS.items():
        app.command(f"commands.{name}:app", name=name, help=words)
    for name, (where, words) in SINGLE.items():
        app.command(where, name=name, help=words)
    return app


def _version() -> str:
    from importlib.metadata import version

    return version("talent-calendar")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own); the exit status."""
    if argv is None:  # in a process of its own, which ends with the command
        gc.set_threshold(YOUNG)
    try:
        with AT_END:
            outcome = application()(
                sys.argv[1:] if argv is None else list(argv),
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
    except CycloptsError as error:
        say(complaint(error), f"写 {help_on(error)} 看用法。")
        return USAGE
    except KeyboardInterrupt:
        say("已中断。")
        return INTERRUPTED
    except Exception as error:
        said = _said(error)
        if said is None:
            raise
        status, words = said
        say(words)
        return status
    return outcome if isinstance(outcome, int) else DONE


def _said(error: Exception) -> tuple[int, str] | None:
    """The exit status and the one sentence for people; None for a defect, which keeps its traceback."""
    from calendars.errors import TalentError
    from calendars.year import UnknownCity, UnknownPhase
    from commands.named_files import reason

    if isinstance(error, (UsageError, UnknownCity, UnknownPhase)):
        return USAGE, str(error)
    if type(error).__name__ == "Busy":
        return LATER, str(error)
    if isinstance(error, (TalentError, ConfigurationError)):
        return REFUSED, getattr(error, "in_full", str(error))
    if isinstance(error, OSError) and error.filename is not None:
        return REFUSED, f"{error.filename} 读写不了：{reason(error)}。"
    return _of_the_database(error)


def _of_the_database(error: Exception) -> tuple[int, str] | None:
    """By the error's name, and by what it says: of the database, or of a disk that takes no more."""
    from models.database import full

    words = str(getattr(error, "orig", error)).partition("\n")[0]
    if full(error):
        return LATER, f"磁盘满了，或有坏处（{words}）；请看 df -h，腾出空间再办，已经记下的不会丢。"
    match type(error).__name__:
        case "OperationalError":
            return LATER, f"数据库现在用不了（{words}）；请稍后再试，或运行 talent doctor。"
        case "DatabaseError":
            return REFUSED, f"数据库读不了（{words}）；请检查 --db 或 TALENT_DATABASE__URL。"
        case _:
            return None


if __name__ == "__main__":
    sys.exit(main())
