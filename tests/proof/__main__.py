"""`python -m tests.proof [--short]`: the proofs of the post beside their broken controls, and a table at the end."""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests import postgres
from tests.proof.proofs import FULL, SHORT, Ground, Length, Proof, proofs
from tests.support import memory, proof_relay
from tests.support.outbox import Account

LANES = 7
CHANCES = 4
"""How often a control may be run until it fails: a kill need not meet its fault. What is proved has one chance."""


@dataclass(frozen=True)
class Result:
    """What came of a proof and of its control, or what broke."""

    account: Account | None
    control: Account | None
    seconds: float
    broke: str = ""

    @property
    def holds(self) -> bool:
        return self.account == Account() and self.control not in {None, Account()}


def tried(proof: Proof) -> Result:
    began = time.monotonic()
    try:
        account = proof.run()
        controls = (proof.control() for _ in range(CHANCES))
        control = next((one for one in controls if one != Account()), Account())
    except Exception as error:  # noqa: BLE001 - a proof that breaks is a finding of its own
        return Result(None, None, time.monotonic() - began, f"{type(error).__name__}: {error}")
    return Result(account, control, time.monotonic() - began)


def main(length: Length) -> int:
    began = time.monotonic()
    memory.settle()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="talent-proof-")))
        try:
            server = stack.enter_context(postgres.server())
        except postgres.NoServer as missing:
            server = None
            _say(str(missing.__doc__))
        if not proof_relay.is_here():
            _say("没有 Postfix（或没有 root 权限）：R1 只用记账的接收端。")
        to_prove = proofs(Ground.prepare(folder, server), length)
        results = _in_lanes(to_prove)
    # What does not hold stands last, where it is seen, however little of the output is kept.
    rows = sorted(zip(to_prove, results, strict=True), key=lambda row: (not row[1].holds, int(row[0].number[1:])))
    _table(rows)
    _say(f"{sum(result.holds for result in results)} / {len(results)}，{time.monotonic() - began:.0f} s")
    return 0 if all(result.holds for result in results) else 1


def _in_lanes(to_prove: list[Proof]) -> list[Result]:
    """Several at a time: most of them wait for a relay or for the disk."""
    fork = multiprocessing.get_context("fork")
    todo, done = fork.Queue(), fork.Queue()
    for place in range(len(to_prove)):
        todo.put(place)
    lanes = [fork.Process(target=partial(_lane, to_prove, todo, done)) for _ in range(LANES)]
    for lane in lanes:
        lane.start()
    found: dict[int, Result] = {}
    for _ in to_prove:
        place, result = done.get()
        found[place] = result
        _say(f"{to_prove[place].number:4}{to_prove[place].fault:50}{'ok' if result.holds else 'FAILED'}")
    for _ in lanes:
        todo.put(None)
    for lane in lanes:
        lane.join()
    return [found[place] for place in range(len(to_prove))]


def _lane(to_prove: list[Proof], todo: multiprocessing.Queue[int | None], done: multiprocessing.Queue[object]) -> None:
    while (place := todo.get()) is not None:
        done.put((place, tried(to_prove[place])))


def _table(rows: list[tuple[Proof, Result]]) -> None:
    _say(f"\n{'':4}{'fault':50}{'load':52}{'lost':>5}{'extra':>6}{'unexp':>6}{'unkn':>5}   {'control':22}{'s':>4}")
    for proof, result in rows:
        if result.account is None or result.control is None:
            _say(f"{proof.number:4}{proof.fault:50}{result.broke}")
            continue
        one, other = result.account, result.control
        counts = f"{one.lost:5}{one.extra:6}{one.unexpected:6}{one.unknown:5}"
        broken = f"{other.lost}/{other.extra}/{other.unexpected}/{other.unknown}"
        verdict = "fails, as it must" if other != Account() else "DOES NOT FAIL"
        _say(f"{proof.number:4}{proof.fault:50}{proof.load:52}{counts}   {broken} {verdict:18}{result.seconds:6.0f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(SHORT if "--short" in sys.argv else FULL))
