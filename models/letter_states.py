"""The states of a letter, what may happen to it, and where that leads.

The table is the whole truth, as `gates.states` is of city phases: whatever moves a letter names an event, and takes
from here in which states that may happen and which state follows. Nothing else writes a letter's state.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, and_, case, literal, or_, true

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import FromClause


class LetterState(StrEnum):
    """Where a letter stands between being owed and being delivered."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    HELD = "held"
    AWAITING = "awaiting"
    CANCELLED = "cancelled"


class LetterEvent(StrEnum):
    """What may happen to a letter, in the order of its life.

    `owe` and `owe-…` write once more what was taken back or came to nothing. `claim` puts it into a
    worker's hand; `deliver`, `fail`, `put-off`, `withhold` and `doubt` are what came of that, `find-…` what the other
    side saw where the worker is gone. `doubt-restored` is that a restored backup knows nothing of what came of it.
    `await` keeps a letter for a person's release, `allow` and `allow-unreachable`
    are that. `lapse` and `take-back` end what is no longer owed, `hold` and `release` go with
    an address. `bounce` is its coming back. `settle-…` is a person's word. A rehearsal's are `set-aside` and `let-go`.
    """

    OWE = "owe"
    OWE_UNREACHABLE = "owe-unreachable"
    CLAIM = "claim"
    DELIVER = "deliver"
    FAIL = "fail"
    PUT_OFF = "put-off"
    WITHHOLD = "withhold"
    DOUBT = "doubt"
    FIND_ACCEPTED = "find-accepted"
    FIND_REFUSED = "find-refused"
    FIND_NOTHING = "find-nothing"
    DOUBT_RESTORED = "doubt-restored"
    LAPSE = "lapse"
    TAKE_BACK = "take-back"
    HOLD = "hold"
    RELEASE = "release"
    BOUNCE = "bounce"
    SETTLE_SENT = "settle-sent"
    SETTLE_AGAIN = "settle-again"
    SETTLE_HELD = "settle-held"
    SETTLE_MOOT = "settle-moot"
    SETTLE_DROPPED = "settle-dropped"
    OWE_AWAITING = "owe-awaiting"
    AWAIT = "await"
    ALLOW = "allow"
    ALLOW_UNREACHABLE = "allow-unreachable"
    SET_ASIDE = "set-aside"
    LET_GO = "let-go"


_S, _E = LetterState, LetterEvent

BORN = frozenset({_S.QUEUED, _S.HELD, _S.AWAITING, _S.CANCELLED})
"""The states that a letter is written in: to be sent, with nowhere to send it, for a person's release, or on record."""

_IN_HAND = {_S.SENDING, _S.UNKNOWN}
_OPEN = {_S.UNKNOWN, _S.FAILED}

_TO: Mapping[LetterEvent, tuple[Iterable[LetterState], LetterState]] = {
    _E.OWE: ({_S.CANCELLED, _S.FAILED}, _S.QUEUED),
    _E.OWE_UNREACHABLE: ({_S.CANCELLED, _S.FAILED}, _S.HELD),
    _E.OWE_AWAITING: ({_S.CANCELLED, _S.FAILED}, _S.AWAITING),
    _E.CLAIM: ({_S.QUEUED}, _S.SENDING),
    _E.DELIVER: (_S, _S.SENT),  # that it was sent is true whatever came of it meanwhile; nothing else revives a letter
    _E.FAIL: (_IN_HAND, _S.FAILED),
    _E.PUT_OFF: (_IN_HAND, _S.QUEUED),
    _E.WITHHOLD: (_IN_HAND, _S.QUEUED),
    _E.DOUBT: (_IN_HAND, _S.UNKNOWN),
    _E.FIND_ACCEPTED: (_IN_HAND, _S.SENT),
    _E.FIND_REFUSED: (_IN_HAND, _S.QUEUED),
    _E.FIND_NOTHING: ({_S.SENDING}, _S.UNKNOWN),
    _E.DOUBT_RESTORED: ({_S.QUEUED, _S.HELD, _S.AWAITING}, _S.UNKNOWN),
    _E.LAPSE: ({_S.QUEUED, _S.HELD, _S.AWAITING}, _S.CANCELLED),
    _E.TAKE_BACK: ({_S.QUEUED, _S.HELD, _S.AWAITING}, _S.CANCELLED),
    _E.AWAIT: ({_S.QUEUED, _S.HELD}, _S.AWAITING),
    _E.ALLOW: ({_S.AWAITING}, _S.QUEUED),
    _E.ALLOW_UNREACHABLE: ({_S.AWAITING}, _S.HELD),
    _E.HOLD: ({_S.QUEUED}, _S.HELD),
    _E.RELEASE: ({_S.HELD}, _S.QUEUED),
    _E.BOUNCE: ({_S.SENT, _S.UNKNOWN}, _S.FAILED),
    _E.SETTLE_SENT: (_OPEN, _S.SENT),
    _E.SETTLE_AGAIN: (_OPEN, _S.QUEUED),
    _E.SETTLE_HELD: (_OPEN, _S.HELD),
    _E.SETTLE_MOOT: (_OPEN, _S.CANCELLED),
    _E.SETTLE_DROPPED: (_OPEN | {_S.HELD, _S.AWAITING}, _S.CANCELLED),
    _E.SET_ASIDE: ({_S.QUEUED}, _S.SENDING),
    _E.LET_GO: ({_S.SENDING}, _S.QUEUED),
}

TRANSITIONS: Mapping[tuple[LetterState, LetterEvent], LetterState] = MappingProxyType(
    {(state, event): target for event, (states, target) in _TO.items() for state in states}
)

MOOT_INSTEAD = LetterState.CANCELLED
"""What a letter that was taken back in somebody's hand comes to where it would go back to the queue."""


def sources(event: LetterEvent) -> tuple[LetterState, ...]:
    """Give the states in which that may happen, in their order."""
    return tuple(state for state in LetterState if (state, event) in TRANSITIONS)


def target(event: LetterEvent) -> LetterState:
    """Give the state that it leads to."""
    return _TO[event][1]


def may(letter: FromClause, event: LetterEvent) -> ColumnElement[bool]:
    """Tell of a letter whether that may happen to it."""
    states = sources(event)
    if len(states) == len(LetterState):
        return true()
    # Equalities, not a list: a statement that is compiled once for many rows has no place for a list.
    return or_(*(letter.c.state == state.value for state in states))


def moved(event: LetterEvent) -> dict[str, str]:
    """Give what an update puts down for it, of a letter of which `may` holds or was asked in the same transaction."""
    return {"state": target(event).value}


def is_moot(letter: FromClause, state: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell of a letter that would go back to the queue whether an act took it back meanwhile."""
    return and_(letter.c.moot, state == LetterState.QUEUED.value)


def any_of(letter: FromClause, events: Iterable[LetterEvent], state: ColumnElement[str]) -> ColumnElement[bool]:
    """Tell of a letter whether one of these events, the one that leads to `state`, may happen to it."""
    by_sources: dict[tuple[LetterState, ...], list[LetterEvent]] = {}
    for event in events:
        by_sources.setdefault(sources(event), []).append(event)
    return or_(
        *(
            and_(may(letter, first), state.in_(sorted({target(event).value for event in (first, *rest)})))
            for first, *rest in by_sources.values()
        )
    )


def taken_back(letter: FromClause) -> ColumnElement[str]:
    """Give the state of a letter that an act takes back: what somebody has in hand stays there, and finds it moot."""
    return case(
        (may(letter, LetterEvent.TAKE_BACK), literal(target(LetterEvent.TAKE_BACK).value)), else_=letter.c.state
    )
