"""The steps until a year runs by itself, in words: what each stands at, and where it is done. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dashboard.views.dates import clock
from models.letter_states import LetterState

if TYPE_CHECKING:
    from datetime import datetime

    from calendars.year import Year
    from models.readiness import Readiness, TestedPost
    from models.trial_years import TrialProgress


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One thing that has to be there: `what`, whether it is, what it stands at, what to do, and on which page."""

    what: str
    done: bool
    says: str
    then: str = ""
    page: str = ""


def steps(year: Year, there: Readiness, backup: datetime | None, *, smtp: bool) -> tuple[SetupStep, ...]:
    """Give the steps in the order in which they are done."""
    here, cities = f"/{year.year}", len(year.cities)
    contact = there.contact
    named = bool(contact.name and contact.phone and contact.mailbox) and not contact.is_sample
    whom = "，".join(filter(None, (contact.name, contact.phone, contact.mailbox)))
    return (
        SetupStep(
            "年度日历定稿", not year.draft, "仍是草案，全部日期暂定" if year.draft else f"依据：{year.notice}",
            "修订年度日历", f"/years/draft?revise={year.year}",
        ),
        SetupStep(
            "省办联系人", named, whom if named else f"没有登记全，或还是示例{f'（现为 {whom}）' if whom else ''}",
            "登记省办联系人", f"{here}/offices",
        ),
        SetupStep(
            "各市邮箱", there.mailboxes >= cities, f"{cities} 个市已登记 {there.mailboxes} 个",
            "登记各市邮箱", f"{here}/setup/offices",
        ),
        SetupStep(
            "市办账号", there.signed_in >= cities, f"{cities} 个市已有 {there.signed_in} 个设定了密码、可以登录",
            "登记各市账号，发登录链接", f"{here}/setup/offices",
        ),
        _post(there.tested, here, there.trial, smtp=smtp),
        SetupStep("备份", backup is not None, f"最近一份：{clock(backup)}" if backup else _NO_BACKUP),
        SetupStep("线下办结的阶段", done=True, says=_on_paper(there, cities)),
        SetupStep(
            "自动办理", there.watched is not None,
            f"最近一次：{clock(there.watched)}" if there.watched else "开设以后还没有运行过；请维护人员确认服务在运行",
        ),
        *(_trial(there.trial, here, cities) if there.trial else ()),
    )  # fmt: skip


def _trial(trial: TrialProgress, here: str, cities: int) -> tuple[SetupStep, ...]:
    """What has to have been tried before the year goes live: what really happened, and the act that ends the trial."""
    parties = {"市办": trial.cities, "导师": trial.mentors, "高校": trial.institutions, "中学": trial.schools}
    told = "，".join(f"{name} {count} 封" for name, count in parties.items())
    some = trial.cities > 0 and trial.mentors + trial.institutions + trial.schools > 0  # others: when a phase opens
    return (
        SetupStep(
            "试运行：各方的函件", some, f"已发到 {trial.mailbox}：{told}；各阶段开放之后才有该阶段的函件",
            "查看函件", f"{here}/letters",
        ),
        SetupStep(
            "试运行：签收", trial.received > 0, f"已签收 {trial.received} 封；请在试运行邮箱里点击函件末尾的“签收”",
        ),
        SetupStep("试运行：导入报送表", trial.loaded > 0, f"{cities} 个市有 {trial.loaded} 个导入过"),
        SetupStep("试运行：报送", trial.filed > 0, f"{cities} 个市有 {trial.filed} 个报送过"),
        SetupStep(
            "正式启用", done=False, says="试运行中，办理的都不作数；正式启用时清除试运行的内容，函件发往各方",
            then="预览正式启用", page=f"{here}/acts/go-live",
        ),
    )  # fmt: skip


_NO_BACKUP = "还没有；请维护人员按运行手册设置备份口令"
_WAITS = frozenset({LetterState.QUEUED, LetterState.SENDING})


def _post(tested: TestedPost | None, here: str, trial: TrialProgress | None, *, smtp: bool) -> SetupStep:
    """Whether a letter arrived: whoever got it says so by its link."""
    folder = "" if smtp else "（还没有设置发函邮箱，函件只写成文件；请维护人员设置）"
    folder += f"（试运行中发到 {trial.mailbox}；正式启用之后请再发一封）" if trial else ""
    if tested is None:
        return SetupStep("测试函件", done=False, says=f"还没有发过{folder}")
    page, then = f"{here}/letters/{tested.letter}", "查看测试函件"
    if tested.arrived is not None:
        return SetupStep("测试函件", smtp, f"{clock(tested.arrived)} 签收{folder}", then, page)
    if tested.state in _WAITS:
        says = f"已写好，等待投递{folder}"
    elif tested.state == LetterState.SENT:
        says = f"已发出，还没有签收：请打开省办的邮箱，点击文末的“签收”{folder}"
    else:
        says = f"没有送到{f'（{tested.detail}）' if tested.detail else ''}"
    return SetupStep("测试函件", done=False, says=says, then=then, page=page)


def _on_paper(there: Readiness, cities: int) -> str:
    if not there.on_paper:
        return "没有"
    of = cities * len(there.on_paper)
    return f"{'、'.join(there.on_paper)}；报送表可以随后补录，{of} 份已补录 {there.filed_later} 份"
