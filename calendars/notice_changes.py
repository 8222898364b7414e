"""What another notice says otherwise, and where that is to be changed: in the year file, in the program, or nowhere.

Two files of bindings (`calendars.notices`) are held against each other, clause by clause, wherever a clause stands now.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

from calendars.notices import NAMED, VALUED, figures, moments, said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from calendars.notices import Clause, Notice, Value
    from calendars.year import Year

Where = Literal["data", "code", "nowhere"]
Pair = tuple["Clause | None", "Clause | None"]
_BARE: Mapping[str, Any] = {**dict.fromkeys(NAMED, ()), **{key: {} for key in VALUED}, "missing": None, "work": None}
"""A clause that nothing is said of but its number and its words."""

ALIKE = 3
"""What two clauses have in common at least to be one that was changed: its number and kind, or its words and kind."""


@dataclass(frozen=True, slots=True)
class NoticeChange:
    """One thing that the later notice says otherwise: of which clause, and where it is to be changed."""

    where: Where
    at: str
    says: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What there is: values of the year file by their keys, names by the words of `NAMED`; and the later notice."""

    values: Mapping[str, Mapping[str, Value]]
    names: Mapping[str, frozenset[str]]
    later: Notice

    def stated(self, field: str, word: str) -> bool:
        """Whether the later notice has it elsewhere, or as what is local."""
        clauses = any(word in getattr(clause, field) for clause in self.later.clause)
        return clauses or word in getattr(self.later.local, field, ())


def changes(before: Notice, after: Notice, year: Year, names: Mapping[str, frozenset[str]]) -> tuple[NoticeChange, ...]:
    """Give all that `after` says otherwise than `before`; `year` is the calendar that the program runs today.

    `names` are what clauses may be bound to (`calendars.notices.check`). What was only renumbered, worded anew or bound
    to something else that is there already is to be changed nowhere.
    """
    known = _Known({"figures": figures(year), "moments": moments(year)}, names, after)
    return (
        *_heads(before, after),
        *(one for pair in _pairs(before.clause, after.clause) for one in _of_pair(*pair, known)),
        *_locals(before, after, known),
    )


def _heads(before: Notice, after: Notice) -> Iterator[NoticeChange]:
    for name, was, now in (("文号", before.notice, after.notice), ("年度", str(before.year), str(after.year))):
        if was != now:
            yield NoticeChange("data", name, f"由“{was}”改为“{now}”")


def _pairs(before: Sequence[Clause], after: Sequence[Clause]) -> list[Pair]:
    """Put together what is one clause in both, but for those that are the same; the most alike first."""
    old, new = list(before), list(after)
    for clause in before:
        if clause in new:
            old.remove(clause)
            new.remove(clause)
    alike = ((_alike(one, other), place, at) for place, one in enumerate(old) for at, other in enumerate(new))
    found: dict[int, int] = {}
    for score, place, at in sorted(alike, key=lambda each: (-each[0], each[1], each[2])):
        if score >= ALIKE and at not in found and place not in found.values():
            found[at] = place
    gone = (one for place, one in enumerate(old) if place not in found.values())
    return [
        *((old[found[at]] if at in found else None, clause) for at, clause in enumerate(new)),
        *((x, None) for x in gone),
    ]


def _alike(one: Clause, other: Clause) -> int:
    shared = sum(len({*getattr(one, field)} & {*getattr(other, field)}) for field in (*NAMED, *VALUED))
    return 2 * (one.at == other.at) + 2 * (one.says == other.says) + (one.kind == other.kind) + shared


def _of_pair(old: Clause | None, new: Clause | None, known: _Known) -> Iterator[NoticeChange]:
    if new is None:
        assert old is not None
        yield from _gone(old, known)
    elif old is None:
        found = tuple(_differing(new.model_copy(update=dict(_BARE)), new, known))
        yield NoticeChange("code" if not new.bound else "nowhere", new.at, f"新的条款：{new.says}{_undone(new)}")
        yield from (one for one in found if one.where != "nowhere")
    else:
        yield from _worded(old, new)
        yield from _differing(old, new, known)


def _undone(clause: Clause) -> str:
    return "" if clause.bound else "（系统里还没有什么来办）"


def _gone(clause: Clause, known: _Known) -> Iterator[NoticeChange]:
    yield NoticeChange("nowhere", clause.at, f"通知里不再有：{clause.says}")
    yield from (
        one for one in _differing(clause, clause.model_copy(update=dict(_BARE)), known) if one.where != "nowhere"
    )


def _worded(old: Clause, new: Clause) -> Iterator[NoticeChange]:
    for name, was, now in (("条款", old.at, new.at), ("类别", old.kind, new.kind), ("要点", old.says, new.says)):
        if was != now:
            yield NoticeChange("nowhere", new.at, f"{name}由“{was}”改为“{now}”")


def _differing(old: Clause, new: Clause, known: _Known) -> Iterator[NoticeChange]:
    for field in VALUED:
        yield from _of_values(new, getattr(old, field), getattr(new, field), field, known)
    for field in NAMED:
        was, now = getattr(old, field), getattr(new, field)
        for word in sorted({*now} - {*was}):
            there = word in known.names[field]
            yield NoticeChange(
                "nowhere" if there else "code", new.at, f"{new.says}：{'已有' if there else '还没有'} {word}（{field}）"
            )
        for word in sorted({*was} - {*now}):
            kept = known.stated(field, word)
            told = "另有出处" if kept else "通知不再写明，核对是否还要"
            yield NoticeChange("nowhere" if kept else "code", new.at, f"{new.says}：{word}（{field}）{told}")
    if old.missing != new.missing:
        told = f"还缺{new.missing}（{new.work}）" if new.missing else f"不再缺{old.missing}"
        yield NoticeChange("code" if new.missing else "nowhere", new.at, f"{new.says}：{told}")


def _of_values(
    clause: Clause, old: Mapping[str, Value], new: Mapping[str, Value], field: str, known: _Known
) -> Iterator[NoticeChange]:
    held = known.values[field]
    for key in sorted(old.keys() | new.keys()):
        if key not in new:
            kept = known.stated(field, key)
            told = "另有出处" if kept else "通知不再写明，请定本年度的值，并列入本地约定"
            yield NoticeChange("nowhere" if kept else "data", clause.at, f"{clause.says}：{key} {told}")
        elif key not in held:
            if old.get(key) != new[key]:
                yield NoticeChange("code", clause.at, f"{clause.says}：年度文件还不能写 {key}（{said(new[key])}）")
        elif not _fits(held[key], new[key]):
            yield NoticeChange("code", clause.at, f"{clause.says}：{key} 写成 {said(new[key])}，年度文件还不能这样写")
        elif key not in old and held[key] == new[key]:
            yield NoticeChange("nowhere", clause.at, f"{clause.says}：{key} 已是 {said(new[key])}")
        elif old.get(key) != new[key]:
            was = f"由 {said(old[key])} 改为" if key in old else "定为"
            yield NoticeChange("data", clause.at, f"{clause.says}：年度文件的 {key} {was} {said(new[key])}")


def _fits(held: Value, new: Value) -> bool:
    """Tell whether the year file can say a value where it says another now: of the same kind, a list of the same."""
    if isinstance(held, tuple) and isinstance(new, tuple):
        return not held or all(type(one) is type(held[0]) for one in new)
    return isinstance(new, int | Decimal if isinstance(held, Decimal) else type(held))


def _locals(before: Notice, after: Notice, known: _Known) -> Iterator[NoticeChange]:
    there = {**known.values, "rules": known.names["rules"]}
    for field in ("rules", *VALUED):
        was, now = {*getattr(before.local, field)}, {*getattr(after.local, field)}
        for word in sorted(now - was):
            found = word in there[field]
            told = "改由省办自定" if found else "还没有"
            yield NoticeChange("nowhere" if found else "code", "本地约定", f"{word}（{field}）{told}")
        for word in sorted(was - now):
            kept = known.stated(field, word)
            yield NoticeChange("nowhere", "本地约定", f"{word}（{field}）{'改由通知写明' if kept else '不再写明出处'}")
