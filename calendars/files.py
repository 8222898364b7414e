"""Reading year files: TOML in, a checked `Year` out, or every fault of the file at once and no year at all.

What a release once took in and kept is read by `stored`: brought to today's version, and not checked again by rules
that it never knew.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from calendars.checks import check_cities, check_days, check_figures, check_head, check_phases
from calendars.deadlines import FIRST_YEAR, LAST_YEAR
from calendars.faults import CalendarFaults, Fault
from calendars.limits import limits
from calendars.shapes import fault_of, syntax_fault
from calendars.versions import assumed, upgraded
from calendars.year import City, DayKind, Figures, Phase, Year

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from calendars.checks import Known
    from calendars.phase_terms import Terms
    from calendars.versions import Raw

_FOLDER = Path(__file__).parent
_BARE_DATE = re.compile(r"^([ \t]*+[\w-]++[ \t]*+=[ \t]*+)(\d{4}-\d{2}-\d{2})(?=[ \t\r]*+(?:#|$))", re.MULTILINE)

LARGEST = 60_000
"""Characters of a year file; those that ship have an eighth of it."""

_LONG_NUMBER = re.compile(r"[0-9a-fA-F_]{60}")

DEEPEST = 100
"""Points in a line: a key of as many parts is read in time that grows with their square."""

_KIND: TypeAdapter[DayKind] = TypeAdapter(DayKind)
_Model = TypeVar("_Model", bound=BaseModel)


def shipped() -> tuple[int, ...]:
    """Give the years whose files come with the programme, ascending."""
    return tuple(sorted(int(path.stem) for path in _FOLDER.glob("[0-9][0-9][0-9][0-9].toml")))


def load(year: int, terms: Terms | None = None) -> Year:
    """Give a shipped year, or raise `CalendarFaults`; which phases it states is asked where their terms are given."""
    path = _FOLDER / f"{year}.toml"
    if not path.exists():
        known = "、".join(map(str, shipped()))
        mend = f"已有的年度是 {known}；新年度请先用 talent calendar draft {year} --from {shipped()[-1]} 起草"
        raise CalendarFaults((Fault(path.name, "year", f"没有 {year} 年度的日历文件", mend),))
    found = read(path, terms)
    if found.year != year:
        mend = f"把 year 改为 {year}，或给文件改名"
        raise CalendarFaults((Fault(path.name, "year", f"文件名是 {year}，里面写的是 {found.year}", mend),))
    return found


def read(path: Path, terms: Terms | None) -> Year:
    """`parse` a file: give the year of a file, or raise `CalendarFaults` where it cannot be read or is at fault."""
    try:
        return parse(path.read_text("utf-8-sig"), path.name, terms)
    except OSError as error:
        fault = Fault(path.name, "文件", f"打不开（{error.strerror}）", "请检查文件名和读取权限")
    except UnicodeDecodeError as error:
        fault = Fault(path.name, "文件", f"第 {error.start + 1} 个字节起不是 UTF-8 文字", "请另存为 UTF-8 编码")
    raise CalendarFaults((fault,))


def parse(text: str, source: str, terms: Terms | None) -> Year:
    """Give the year that the TOML text states, `source` being its name in faults; raise `CalendarFaults`.

    It states phases that have terms, all but those that a year can do without; which, is not asked where `terms` are
    None. What the programme cannot do is a fault as well.
    """
    known = None if terms is None else {slug: one.left_out for slug, one in terms.items()}
    year, faults = _checked(text, source, terms or {}, known)
    if year is None or faults:
        raise CalendarFaults(faults)
    return year


def revision(text: str, source: str, of: Year, terms: Terms) -> Year:
    """Give the year that a revision of one under way states, with the phases of that one; raise `CalendarFaults`.

    What the calendar under way breaks as well is no fault of its revision: an earlier release took it in, by rules
    that knew nothing of it, and what does not change once a year is open could not be mended either.
    """
    known = dict.fromkeys(phase.slug for phase in of.phases)
    year, faults = _checked(text, source, terms, known)
    kept = {(fault.key, fault.reason) for fault in _checked(of.source_text, source, terms, known)[1]}
    own = [fault for fault in faults if (fault.key, fault.reason) not in kept]
    if year is None or own:
        raise CalendarFaults(own or faults)
    return year


def stored(text: str, source: str) -> Year:
    """Give the year of a calendar that this release or an earlier one checked and kept; raise `CalendarFaults`."""
    year, faults = _read(text, source)
    if year is None or faults:
        raise CalendarFaults(faults)
    return year


def _checked(text: str, source: str, terms: Terms, known: Known | None) -> tuple[Year | None, Sequence[Fault]]:
    """Give the year as far as it can be made, and all that is wrong with it."""
    year, faults = _read(text, source, checking=True, known=known)
    return year, faults if year is None else (*faults, *limits(source, year, terms))


def _read(
    text: str, source: str, *, checking: bool = False, known: Known | None = None
) -> tuple[Year | None, Sequence[Fault]]:
    """Give the year as far as it can be made, and its faults; `checking` asks whether its parts agree."""
    if (why := _monstrous(text)) is not None:
        return None, (Fault(source, "文件", why, "请照随程序提供的年度日历文件改写"),)
    quoted = _BARE_DATE.sub(_quote_impossible, text)
    try:
        raw = _frozen(tomllib.loads(quoted, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        return None, (syntax_fault(source, quoted, error),)
    except RecursionError:
        return None, (Fault(source, "文件", "一层套一层，太深", "请照随程序提供的年度日历文件改写"),)
    reader = _Reader(source)
    newest = upgraded(raw, source)
    parts = reader.parts(newest)
    if checking:
        reader.check(newest, parts, known)
    return reader.year(newest, parts, {"source_text": text, "assumed": assumed(raw, newest)}), reader.faults


def _monstrous(text: str) -> str | None:
    """Say why a text is no year file that anybody wrote, before anything is read of it that could take long."""
    if len(text) > LARGEST:
        return f"有 {len(text)} 个字符，年度日历文件不超过 {LARGEST} 个"
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > DEEPEST:
            return f"第 {number} 行有 {line.count('.')} 个点"
        if _LONG_NUMBER.search(line):
            return f"第 {number} 行有一个 60 位以上的数"
    return None


class _Reader:
    """Reads the parts of one file, each for itself, so that a fault in one hides none in another."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.faults: list[Fault] = []

    def parts(self, raw: Raw) -> dict[str, Any]:
        cities, phases = self._named(City, raw, "cities"), self._named(Phase, raw, "phases")
        figures, days = self._figures(raw), self._days(raw.get("days", {}))
        return {"cities": tuple(cities), "phases": tuple(phases), "figures": figures, "days": days}

    def check(self, raw: Raw, parts: dict[str, Any], known: Known | None) -> None:
        year, subjects, figures = _year(raw.get("year")), raw.get("subjects"), parts["figures"]
        self.faults += check_head(self.source, subjects)
        self.faults += check_cities(self.source, parts["cities"])
        self.faults += check_phases(self.source, parts["phases"], _requires(raw.get("phases")), year, known)
        self.faults += check_figures(self.source, figures, subjects) if figures else ()
        self.faults += check_days(self.source, parts["days"], year)

    def year(self, raw: Raw, parts: dict[str, Any], told: dict[str, Any]) -> Year | None:
        return self._part(Year, {**raw, **parts, **told}, "", ignore=parts)

    def _figures(self, raw: Raw) -> Figures | None:
        if "figures" in raw:
            return self._part(Figures, raw["figures"], "figures")
        self._add("figures", "缺少这一节", "写上 [figures] 一节，可参照已有年度的文件")
        return None

    def _named(self, model: type[_Model], raw: Raw, key: str) -> list[_Model]:
        """Read a table of tables, whose keys are the slugs."""
        tables = raw.get(key)
        if not isinstance(tables, dict) or not tables:
            self._add(key, "缺少这一节" if tables is None else "应是一组表", f"写上 [{key}] 一节")
            return []
        made = []
        for slug, table in tables.items():
            if not isinstance(table, dict):
                self._add(f"{key}.{slug}", "应是一张表", "参照已有年度的文件改写")
            elif part := self._part(model, table | {"slug": slug}, f"{key}.{slug}"):
                made.append(part)
        return made

    def _part(self, model: type[_Model], fields: object, key: str, ignore: Container[object] = ()) -> _Model | None:
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            self.faults += [
                fault_of(self.source, key, detail, model)
                for detail in error.errors(include_url=False)
                if not (detail["loc"] and detail["loc"][0] in ignore)
            ]
            return None

    def _days(self, table: object) -> dict[date, DayKind]:
        if not isinstance(table, dict):
            self._add("days", "应是一组日期", '写成 [days] 一节，下面每行如 2022-02-07 = "holiday"')
            return {}
        made = {}
        for key, kind in table.items():
            try:
                made[date.fromisoformat(key)] = _KIND.validate_python(kind, strict=True)
            except ValidationError:
                self._add(f"days.{key}", f"“{kind}”不能用", '写 "working"（上班）或 "holiday"（放假）')
            except ValueError:
                self._add(f"days.{key}", "没有这一天", "写成真实存在的日期，如 2022-02-07")
        return made

    def _add(self, key: str, reason: str, mend: str) -> None:
        self.faults.append(Fault(self.source, key, reason, mend))


def _quote_impossible(found: re.Match[str]) -> str:
    """Put a date that does not exist in quotes: the parser would stop at it and hide the faults that follow."""
    key, day = found.groups()
    try:
        date.fromisoformat(day)
    except ValueError:
        return f'{key}"{day}"'
    return found.group()


def _frozen(value: Any) -> Any:  # noqa: ANN401 - whatever TOML holds
    """Give TOML's lists as tuples, as the models hold them."""
    if isinstance(value, dict):
        return {key: _frozen(inner) for key, inner in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _year(stated: object) -> int | None:
    """Give the year where it is one, so that days are not measured by a typing error."""
    return stated if isinstance(stated, int) and FIRST_YEAR <= stated <= LAST_YEAR else None


def _requires(tables: object) -> dict[str, tuple[str, ...]]:
    """Give what each phase requires, of phases at fault too, so that a loop shows however the file stands."""
    if not isinstance(tables, dict):
        return {}
    stated = {slug: table.get("requires") if isinstance(table, dict) else () for slug, table in tables.items()}
    return {
        slug: tuple(item for item in found if isinstance(item, str)) if isinstance(found, tuple) else ()
        for slug, found in stated.items()
    }
