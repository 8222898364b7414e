"""What the API takes and gives: the words of the command line's JSON, typed, so that its document says them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model

from acts.act import Act
from acts.act import Kind as FieldKind
from acts.own_letter import Attached, When
from calendars.deadlines import FIRST_YEAR, LAST_YEAR
from dashboard.serving.row_ids import LARGEST
from season.letter_groups import GROUPS

LetterState = Literal["queued", "sending", "sent", "failed", "unknown", "held", "awaiting", "cancelled"]
BIDI = {*range(0x202A, 0x202F), *range(0x2066, 0x206A)}


def _plain(text: str) -> str:
    words = text.strip()
    if not words or any(ord(one) < ord(" ") or ord(one) in {0x7F, *BIDI} for one in words):
        raise ValueError
    return words


class ActBody(BaseModel):
    """What every act takes."""

    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[bool, Field(description="只预览会发生什么，不写入")] = False


ASKED: Mapping[FieldKind, Any] = {
    "day": Annotated[
        date,
        Field(ge=date(FIRST_YEAR, 1, 1), le=date(LAST_YEAR + 1, 12, 31), description="截止日，当天有效，如 2022-02-10"),
    ],
    "reason": Annotated[str, Field(min_length=1, max_length=500, description="事由，记录在案"), AfterValidator(_plain)],
    "again": Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="截止日比日历晚超过 60 天时再写一遍")],
    "date": Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="办理的日期")],
    "remark": Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_plain)],
    "rule": Annotated[str, Field(max_length=100, description="规则，如 interviews.ratio"), AfterValidator(_plain)],
    "cities": Annotated[
        list[str] | None,
        Field(alias="cities", min_length=1, max_length=400, description="各市；null 为所有还没有办成的市"),
    ],
}
"""How a field of an act is asked of a program, by its kind."""


def body_of(act: Act, named: Collection[str]) -> type[ActBody]:
    """Make the body of an act's request: a field for all that it asks and the address does not name."""
    fields: dict[str, Any] = {}
    for one in act.fields:
        kind = Literal[tuple(value for value, _ in one.choices)] if one.choices else ASKED.get(one.kind, str)
        if one.name not in named:
            fields[one.name] = (kind, ...) if one.needed else (kind | None, None)
    return create_model(f"{act.slug.capitalize()}Body", __base__=ActBody, **fields)


class OwnLetterBody(ActBody):
    """A letter in an office's own words. Without cities it goes to all that the office may write to."""

    group: Annotated[str, Field(pattern=f"^({'|'.join(GROUPS)})$", description="写给哪一类收件人")]
    subject: Annotated[str, Field(max_length=1000, description="主题，一行，不写人名")]
    text: Annotated[str, Field(max_length=20_000, description="正文，可用字段如 {称呼}、{截止时间}")]
    phase: Annotated[str | None, Field(description="说的是哪个阶段；null 不针对某个阶段")] = None
    cities: Annotated[list[str] | None, Field(max_length=400, description="只写给这些市的")] = None
    one: Annotated[str, Field(max_length=100, description="group 为 one 时写明是谁：姓名、名称或编号")] = ""
    when: Annotated[When, Field(description="now 马上发，morning 下一个工作日 09:00")] = "now"
    papers: Annotated[list[Attached] | None, Field(description="附件")] = None


class RecallBody(ActBody):
    """Which letter of one's own is called back."""

    number: Annotated[int, Field(ge=1, le=LARGEST, description="自拟函的号")]


class Me(BaseModel):
    """Who is signed in; `csrf` goes into the header `X-CSRF-Token` of every request that does something."""

    name: str
    shown: str
    role: str
    city: str | None
    csrf: str


class YearEntry(BaseModel):
    """A year that was opened; `now` is its present, in a rehearsal its own. In a `trial` nothing counts."""

    year: int
    rehearsal: bool
    trial: bool
    provisional: bool
    closed: bool
    now: datetime
    revision: int


class PhaseEntry(BaseModel):
    """A city phase of `talent status --json`."""

    phase: str
    state: str
    attempt: int
    due: str
    due_because: list[str]
    filed_at: str | None
    passed_at: str | None
    timeliness: str | None
    on_paper: bool
    refusals: list[str]
    waived: list[str]
    reruns: int
    second_due: str | None
    second_late: bool


class CityEntry(BaseModel):
    """A city of `talent status --json`."""

    city: str
    name: str
    phases: list[PhaseEntry]


class Status(BaseModel):
    """`talent status --json`; a city is given its own line, and no totals or alarms, which are the province's."""

    year: int
    as_of: str
    provisional: bool
    totals: dict[str, int] | None
    in_training: int | None
    alarms: dict[str, Any] | None
    cities: list[CityEntry]


class Card(BaseModel):
    """`talent phase why --json`."""

    phase: str
    city: str
    attempt: int
    passed: bool
    on_paper: bool
    trial: bool
    note: str
    rules: list[dict[str, Any]]


class LogEntry(BaseModel):
    """A transition of `talent log --json`."""

    model_config = ConfigDict(populate_by_name=True)

    phase: str
    city: str
    seq: int
    event: str
    from_: str = Field(alias="from")
    to: str
    refused: bool
    attempt: int
    by: str
    at: str
    as_of: str
    reason: str | None


class LetterEntry(BaseModel):
    """A letter of `talent letters list --json`."""

    id: int
    key: str
    kind: str
    phase: str | None
    city: str | None
    to: str
    slot: str | None
    state: str
    queued_as_of: str
    sent_at: str | None
    subject: str


class WholeLetter(LetterEntry):
    """A letter with its words."""

    text: str


class MomentEntry(BaseModel):
    """A moment of the calendar."""

    instant: datetime
    phase: str
    kind: str
    label: str


class Calendar(BaseModel):
    """A year's moments, in order of time; `provisional` where the holidays are not out yet."""

    year: int
    provisional: bool
    moments: list[MomentEntry]


class ActAnswer(BaseModel):
    """What an act did, or in a dry run would do: `outcome` is `done` only where all that was asked happened."""

    outcome: Literal["done", "refused", "returned", "form-errors"]
    message: str
    dry_run: bool
    rules: list[dict[str, Any]] | None
    errors: list[dict[str, Any]]
    warnings: list[dict[str, Any]]
    changes: dict[str, list[dict[str, Any]]]


class Problem(BaseModel):
    """An error (RFC 9457). A refused act's carries `answer`; 422 names in `errors` where the request is wrong."""

    type: str
    title: str
    status: int
    detail: str
    answer: ActAnswer | None = None
    errors: list[dict[str, str]] | None = None


ROOT = "/api/v1"
PROBLEM: dict[str, Any] = {"model": Problem, "content": {"application/problem+json": {}}}
REFUSALS: dict[int | str, dict[str, Any]] = {
    401: PROBLEM | {"description": "没有登录"},
    403: PROBLEM | {"description": "账号只能查看，或请求不是本人发出"},
    404: PROBLEM | {"description": "没有，或不属于本单位"},
    422: PROBLEM | {"description": "请求的内容不对"},
    503: PROBLEM | {"description": "数据库正忙，稍后再试"},
}
