from __future__ import annotations

from datetime import date

import pytest

from calendars.year import Phase, Year
from gates.reruns import held, later, resumable
from gates.states import State
from phases.book import BOOK
from tests.support.cards import FIGURES

ORDER = {
    "mentor-recommendation": (),
    "application": ("mentor-recommendation",),
    "shortlist": ("application",),
    "interview": ("shortlist",),
    "meeting": ("interview",),
    "cultivation": ("meeting",),
    "midterm": ("meeting",),
    "year-end": ("midterm",),
}
SLUGS = tuple(ORDER)
DAY = date(2022, 1, 4)
YEAR = Year(
    year=2022,
    title="年度",
    notice="通知",
    subjects=("数学",),
    cities=(),
    phases=tuple(
        Phase(slug=slug, name=slug, requires=requires, opens=DAY, due=DAY, rungs=()) for slug, requires in ORDER.items()
    ),
    figures=FIGURES,
    days={},
)
LETTERS = {
    "w": "waiting",
    "o": "open",
    "s": "submitted",
    "p": "passed",
    "r": "returned",
    "l": "overdue",
    "x": "withdrawn",
}


def city(states: str) -> dict[str, State]:
    """A city's eight states in the order of the year, one letter each; `l` is late."""
    return {slug: State(LETTERS[letter]) for slug, letter in zip(SLUGS, states, strict=True)}


@pytest.mark.parametrize(
    ("phase", "expected"),
    [
        ("mentor-recommendation", SLUGS[1:]),
        ("shortlist", SLUGS[3:]),
        ("interview", SLUGS[4:]),
        ("meeting", ("cultivation", "midterm", "year-end")),
        ("cultivation", ("year-end",)),
        ("midterm", ("cultivation", "year-end")),
        ("year-end", ()),
    ],
)
def test_the_later_phases_stand_on_what_they_require_and_use(phase: str, expected: tuple[str, ...]) -> None:
    assert later(YEAR, BOOK.uses, phase) == expected


HELD: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "a late phase holds nothing": ("lwwwwwww", "mentor-recommendation", ()),
    "a returned one neither": ("pprwwwww", "shortlist", ()),
    "after an application, what passed and what is open": ("pppowwww", "application", ("shortlist", "interview")),
    "what is returned or late too": ("pprwwwww", "application", ("shortlist",)),
    "what is late": ("pplwwwww", "mentor-recommendation", ("application", "shortlist")),
    "all that have opened after a roll": ("pppppopo", "mentor-recommendation", SLUGS[1:]),
    "an open cultivation goes on under a midterm's rerun": ("pppppopo", "midterm", ("year-end",)),
    "one that was judged by the midterm is held": ("ppppppps", "midterm", ("cultivation", "year-end")),
    "an open year's end goes on under a cultivation's rerun": ("pppppppo", "cultivation", ()),
    "one that was judged by the cultivation is held": ("pppppppp", "cultivation", ("year-end",)),
    "a late cultivation holds nothing": ("ppppplps", "cultivation", ()),
    "the last phase": ("pppppppp", "year-end", ()),
    "what was withdrawn stays so": ("ppxxxxxx", "application", ()),
}


@pytest.mark.parametrize(("states", "phase", "expected"), HELD.values(), ids=HELD)
def test_a_rerun_holds_what_stood_on_the_passed_phase(states: str, phase: str, expected: tuple[str, ...]) -> None:
    assert held(YEAR, BOOK.uses, phase, city(states)) == expected


RESUMABLE: dict[str, tuple[str, str, set[str], bool]] = {
    "required phases have passed again": ("ppwwwwww", "shortlist", {"application"}, True),
    "the rerun is still open": ("powwwwww", "shortlist", {"application"}, False),
    "a required phase waits itself": ("ppwwwwww", "interview", {"application"}, False),
    "it is not held": ("pppowwww", "interview", set(), False),
    "a cultivation waits for the midterm it was judged by": ("pppppwow", "cultivation", {"midterm"}, False),
    "and is judged again once that has passed": ("pppppwpw", "cultivation", {"midterm"}, True),
    "a year's end waits for the rerun of the cultivation": ("pppppopw", "year-end", {"cultivation"}, False),
    "it waits for one that is held too": ("pppppwpw", "year-end", {"midterm"}, False),
    "an open cultivation of a first attempt is no hindrance": ("pppppopw", "year-end", {"midterm"}, True),
    "nor a late one": ("ppppplpw", "year-end", {"midterm"}, True),
    "a rerun that passed is none": ("pppppppw", "year-end", {"cultivation", "midterm"}, True),
}


@pytest.mark.parametrize(("states", "phase", "rerun", "expected"), RESUMABLE.values(), ids=RESUMABLE)
def test_a_held_phase_is_judged_again_once_it_stands_on_firm_ground(
    states: str, phase: str, rerun: set[str], *, expected: bool
) -> None:
    attempts = {slug: 2 if slug in rerun else 1 for slug in SLUGS}
    assert resumable(YEAR, BOOK.uses, phase, city(states), attempts) is expected


@pytest.mark.parametrize("phase", SLUGS)
def test_a_second_hold_finds_nothing_more(phase: str) -> None:
    states = city("pppppppp")
    after = states | dict.fromkeys(held(YEAR, BOOK.uses, phase, states), State.WAITING)
    assert held(YEAR, BOOK.uses, phase, after) == ()
