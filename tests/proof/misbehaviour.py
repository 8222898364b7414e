"""R7: a relay that misbehaves in one way for a few of fifty letters; what becomes of them, how soon of the rest."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from letters.relay import Relay
from models import post
from models.columns import table_of
from models.post import Claimed, Delivery
from models.season import Letter
from tests.proof import hands
from tests.proof.kills import Field, field
from tests.proof.outbox import DOMAIN, Account, account, ledger
from tests.proof.sink import DROP, HANG, Fault
from tests.proof.templates import Template

LETTERS = 50
POISON = frozenset({f"m20@{DOMAIN}"})
FEW = frozenset(f"m{number}@{DOMAIN}" for number in (4, 12, 20, 28, 36))
EVERY = frozenset(f"m{number}@{DOMAIN}" for number in range(LETTERS))
PATIENT_SECONDS = 30.0


@dataclass(frozen=True)
class Mode:
    """One way to misbehave, and how the letters that it hits must end; `offers` is how often each may be offered."""

    name: str
    fault: Fault
    ends: str
    offers: int | None = None


MODES = (
    Mode("4xx at MAIL", Fault("MAIL", "451 later", FEW, times=2), "sent"),
    Mode("4xx at RCPT", Fault("RCPT", "450 later", FEW, times=2), "sent"),
    Mode("4xx at DATA", Fault("DATA", "451 later", FEW, times=2), "sent"),
    Mode("4xx at the dot", Fault("dot", "452 full", FEW, times=2), "sent"),
    Mode("5xx at MAIL", Fault("MAIL", "550 no", FEW), "failed", 1),
    Mode("5xx at RCPT", Fault("RCPT", "550 no", FEW), "failed", 1),
    Mode("5xx at the dot", Fault("dot", "554 no", FEW), "failed", 1),
    Mode("drop after the dot", Fault("dot", DROP, FEW), "unknown", 1),
    Mode("421", Fault("RCPT", "421 closing", FEW, times=2), "sent"),
    Mode("hang", Fault("dot", HANG, FEW), "unknown", 1),
    Mode("greylist", Fault("RCPT", "450 greylisted", EVERY, times=1), "sent"),
    Mode("slow", Fault("dot", "", FEW, seconds=2.0), "sent"),
    Mode("one poison letter", Fault("DATA", DROP, POISON), "failed", post.TRIES),
)


@dataclass(frozen=True)
class Treated:
    """The account of a mode; letters that were offered too often, or came late."""

    counted: Account
    too_often: int
    seconds: float

    @property
    def account(self) -> Account:
        late = self.seconds > PATIENT_SECONDS
        return replace(self.counted, unexpected=self.counted.unexpected + self.too_often + late)


def treat(template: Template, mode: Mode, control: hands.Control | None = None) -> Treated:
    """Send on that day, and again as its hours go by, until nothing waits."""
    with field(template, LETTERS, faults=(mode.fault,), control=control) as there:
        slow = Relay("127.0.0.1", there.sink.port, "none", command_seconds=3, dot_seconds=3, connections=4, patience=1)
        there.hand = replace(there.hand, relay=slow, log=there.home / "none")
        seconds = _first_run(there, mode.fault.of or frozenset(), waits=mode.name == "greylist")
        there.hand.finish(runs=14 if control is None else 4, minutes=180)
        found = account(there.database, ledger(there.sink.ledger), dict.fromkeys(mode.fault.of or (), mode.ends))
        tries = Counter(there.sink.offers.read_text().split())
        most = max(tries[one] for one in mode.fault.of or ())
        return Treated(
            found,
            too_often=0 if mode.offers is None else abs(most - mode.offers),
            seconds=seconds,
        )


def _first_run(there: Field, hit: frozenset[str], *, waits: bool) -> float:
    """Give the seconds until the letters that the fault does not hit had arrived; 0 where it hits them all."""
    others = EVERY - hit
    began = time.monotonic()
    pid = there.hand.start()
    address = table_of(Letter).c.address
    with there.database.read() as connection:
        others &= set(connection.execute(select(address)).scalars())
    there.database.dispose()
    while not waits and not others <= {one.recipient for one in ledger(there.sink.ledger)}:
        if time.monotonic() - began > 2 * PATIENT_SECONDS:
            break
        time.sleep(0.05)
    seconds = time.monotonic() - began
    hands.wait(pid)
    return seconds


def by_trying_again() -> None:
    """The control: what became of a letter is not known, and it is sent again; nor is a letter ever parked."""
    marked = post._marked

    def again(one: Claimed, delivery: Delivery, *when: Any) -> post._Marked:  # noqa: ANN401
        row = marked(one, delivery, *when)
        if row.new_state != "unknown":
            return row
        return row._replace(new_state="queued", new_due_at=row.new_due_at + timedelta(minutes=1))

    post._marked = again  # type: ignore[assignment]
    post.TRIES = 1_000_000
