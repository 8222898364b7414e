"""What the relay's own log (Postfix's format) tells of messages whose worker died before it read the answer.

A transaction shows as `client=` before its content can be sent, as `message-id=` once its header was read, and as
`queue active` once it is taken over. That a Message-ID was seen proves nothing: the content may have been cut off after
it. So a message is refused only where every transaction that could have carried it came to another end. The log must be
complete: a log daemon that drops lines under load breaks the promise.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from letters.witnesses import Fate

SETTLE_SECONDS = 2.0
"""How long the relay is given to log what a worker that has just died had sent."""

LOOKS = 10
"""How often the log is read again, a moment apart, while something is under way that could be the message."""

LINE = re.compile(r"(?P<when>\w{3} [ \d]\d [\d:]{8}|\S+) \S+ postfix\S*/(?P<who>[\w-]+)\[(?P<pid>\d+)\]: (?P<said>.*)")
OF_QUEUE = re.compile(r"(?P<queue>[0-9A-Za-z]+): (?P<what>client=|message-id=|from=|to=|(?:milter-)?reject: )")
MESSAGE_ID = re.compile(r"message-id=(<[^>]*>)")
CUT = re.compile(r"(?:lost connection|timeout) after DATA \(\d+ bytes\)")
"""Content that was cut off. Without the bytes it is the command that was refused, as to the envelope that left together
with the dot of the letter before: of that letter it tells nothing.
"""
COUNTED = re.compile(r" data=(?P<good>\d+)(?:/(?P<all>\d+))?")
WITHIN_A_SECOND = timedelta(seconds=1)  # a log in the old format has no fractions


@dataclass(slots=True)
class _Transaction:
    """One queue id: its message, as far as is known; its end where a line tells it.

    `over` once its session is, `sound` where that session's count of successes leaves no doubt of those without a line.
    """

    message_id: str = ""
    told: str = ""
    over: bool = False
    sound: bool = False

    @property
    def end(self) -> str:
        return self.told or ("accepted" if self.over and self.sound and self.message_id else "")

    @property
    def under_way(self) -> bool:
        return not self.end and not self.over


@dataclass(slots=True)
class _Read:
    """All that the log told so far. A queue id that is used again begins a new transaction."""

    first: str = ""
    transactions: list[_Transaction] = field(default_factory=list)
    by_queue: dict[str, _Transaction] = field(default_factory=dict)
    sessions: dict[str, list[_Transaction]] = field(default_factory=dict)

    def take_in(self, path: Path) -> None:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for found in map(LINE.match, lines):
                if found:
                    self.first = self.first or found["when"]
                    self._line(found["who"], found["pid"], found["said"])

    def _line(self, who: str, pid: str, said: str) -> None:
        if found := OF_QUEUE.match(said):
            self._of_queue(found["queue"], found["what"], pid, said)
        elif who == "smtpd" and CUT.match(said):
            self._cut(pid)
        elif who == "smtpd" and said.startswith("disconnect from"):
            self._ended(pid, said)
        elif who == "master" and said.startswith("daemon started"):
            for session in list(self.sessions):
                self._ended(session, said)

    def _of_queue(self, queue: str, what: str, pid: str, said: str) -> None:
        if what == "client=":
            begun = self.by_queue[queue] = _Transaction()
            self.transactions.append(begun)
            self.sessions.setdefault(pid, []).append(begun)
        elif (transaction := self.by_queue.get(queue)) is None:
            return
        elif named := MESSAGE_ID.search(said):
            transaction.message_id = named[1]
        elif transaction.told != "accepted":
            transaction.told = "refused" if what.endswith("reject: ") else "accepted"

    def _cut(self, pid: str) -> None:
        """The last of a session is the one whose content was coming, unless it has come to its end before."""
        for last in self.sessions.get(pid, [])[-1:]:
            last.told = last.told or "refused"

    def _ended(self, pid: str, said: str) -> None:
        """Close a session. Where as many failed as are known to have been refused, the others were accepted."""
        theirs, counted = self.sessions.pop(pid, []), COUNTED.search(said)
        failed = int(counted["all"] or counted["good"]) - int(counted["good"]) if counted else None
        sound = failed == sum(one.told == "refused" for one in theirs)
        for one in theirs:
            one.over, one.sound = True, sound


class RelayLog:
    """The log at `path`, and the one rotated away before it (`path`.1)."""

    def __init__(self, path: Path, settle: float = SETTLE_SECONDS) -> None:
        self.path, self.settle = path, settle

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Read until nothing is under way that could be one of them; what then still is, is left out."""
        time.sleep(self.settle)
        try:
            return self._fates(asked, at)
        except OSError:
            return dict.fromkeys(asked, "untold")

    def _fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        read = self._read()
        if not _covers(read.first, min(asked.values()), at):
            return dict.fromkeys(asked, "untold")
        before = len(read.transactions)  # what began later cannot be a dead worker's
        for _ in range(LOOKS):
            if not any(one.under_way for one in read.transactions[:before]):
                break
            time.sleep(self.settle / LOOKS)
            read = self._read()
        return dict(_told(read.transactions[:before], asked))

    def _read(self) -> _Read:
        read = _Read()
        for path in (self.path.with_name(f"{self.path.name}.1"), self.path):
            if path.is_file():
                read.take_in(path)
        return read


def _covers(first: str, since: datetime, at: datetime) -> bool:
    """Tell whether a log that begins so was being written at that instant."""
    if not first:
        return False
    try:
        began = datetime.fromisoformat(first)
    except ValueError:
        return _in_this_year(first, at) <= since + WITHIN_A_SECOND
    return began <= since + WITHIN_A_SECOND


def _in_this_year(when: str, at: datetime) -> datetime:
    """Read the old format, which has neither a year nor an offset: the last such time of this machine before `at`."""
    years = (at.year, at.year - 1)
    texts = (f"{year} {when.replace('Feb 29', 'Feb 28')}" for year in years)
    read = (datetime.strptime(text, "%Y %b %d %H:%M:%S").astimezone() for text in texts)
    return next(found for found in read if found <= at + timedelta(days=1))


def _told(transactions: Sequence[_Transaction], asked: Collection[str]) -> Iterator[tuple[str, Fate]]:
    unnamed = any(one.under_way and not one.message_id for one in transactions)
    theirs: dict[str, list[_Transaction]] = {key: [] for key in asked}
    for one in transactions:
        if one.message_id in theirs:
            theirs[one.message_id].append(one)
    for key, found in theirs.items():
        ends = {one.end for one in found}
        if "accepted" in ends:
            yield key, "accepted"
        elif ends <= {"refused"} and not unnamed:
            yield key, "refused"
        elif not unnamed and not any(one.under_way for one in found):
            yield key, "untold"
