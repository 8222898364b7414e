"""What the lines of Postfix tell of the transactions they are about.

A transaction shows as `client=` before its content can be sent, as `message-id=` once its header was read (of a short
letter only when all of it was), and as `queue active` once it is taken over. That a Message-ID was seen proves nothing:
the content may have been cut off after it. What comes for a transaction is told of it by its queue id, or by being the
last of its session; a session is one process's, from `connect` to `disconnect`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    _Hear = Callable[["Transactions", re.Match[str], re.Match[str]], None]

LINE = re.compile(
    r"(?P<when>\w{3} [ \d]\d [\d:]{8}|\S+) (?P<host>\S+) (?P<relay>postfix[^\s/]*)/(?:\S+/)?"
    r"(?P<who>[\w-]+)\[(?P<pid>\d+)\]: (?P<said>.*)\n"
)
"""A whole line: one that is just being written is not read. `relay` is which of a host's, where it has several."""

QUEUE = "(?P<queue>(?!NOQUEUE)[0-9A-Za-z]+): "


@dataclass(slots=True, eq=False)
class Transaction:
    """One queue id, begun at the time that its first line bears: its message, as far as is known; its end where told.

    `over` once its session is, `sound` where that session's count of successes leaves no doubt of those without a line.
    """

    when: str
    message_id: str = ""
    told: str = ""
    over: bool = False
    sound: bool = False

    @property
    def end(self) -> str:
        """`accepted` or `refused` where that is known."""
        return self.told or ("accepted" if self.over and self.sound and self.message_id else "")


@dataclass(slots=True)
class _Session:
    """What one process of a relay takes in between `connect` and `disconnect`."""

    relay: str
    transactions: list[Transaction] = field(default_factory=list)


@dataclass(slots=True)
class Transactions:
    """All that was told so far, oldest first, and the times of the first and the last of Postfix's lines."""

    first: str = ""
    last: str = ""
    every: list[Transaction] = field(default_factory=list)
    _by_queue: dict[tuple[str, str], Transaction] = field(default_factory=dict)
    _sessions: dict[tuple[str, str], _Session] = field(default_factory=dict)

    def take_in(self, lines: Iterable[str]) -> None:
        """Go on with these lines."""
        for found in filter(None, map(LINE.match, lines)):
            self.last = found["when"]
            self.first = self.first or self.last
            for pattern, hear in self.HEARD.get(found["who"], ()):
                if said := pattern.match(found["said"]):
                    hear(self, found, said)
                    break

    def _connected(self, line: re.Match[str], _: re.Match[str]) -> None:
        """A process that is at its next client has done with the last, whatever it said of it."""
        self._over(line["host"], line["pid"])
        self._sessions[line["host"], line["pid"]] = _Session(line["relay"])

    def _begun(self, line: re.Match[str], said: re.Match[str]) -> None:
        begun = self._by_queue[line["host"], said["queue"]] = Transaction(line["when"])
        self.every.append(begun)
        session = self._sessions.setdefault((line["host"], line["pid"]), _Session(line["relay"]))
        session.transactions.append(begun)

    def _named(self, line: re.Match[str], said: re.Match[str]) -> None:
        """A second name is that of another message, not sent in by a client, to which the queue id has passed."""
        queue = line["host"], said["queue"]
        one = self._by_queue.get(queue)
        if one is not None and one.message_id:
            del self._by_queue[queue]
        elif one is not None:
            one.message_id = said["id"].strip()

    def _accepted(self, line: re.Match[str], said: re.Match[str]) -> None:
        if one := self._by_queue.get((line["host"], said["queue"])):
            one.told = "accepted"

    def _refused(self, line: re.Match[str], said: re.Match[str]) -> None:
        if one := self._by_queue.get((line["host"], said["queue"])):
            one.told = one.told or "refused"

    def _cut(self, line: re.Match[str], _: re.Match[str]) -> None:
        """The last of a session is the one whose content was coming, unless it has come to its end before."""
        session = self._sessions.get((line["host"], line["pid"]))
        for last in session.transactions[-1:] if session else ():
            last.told = last.told or "refused"

    def _disconnected(self, line: re.Match[str], said: re.Match[str]) -> None:
        """Where as many failed as are known to have been refused, the others were accepted."""
        failed = int(said["all"] or said["good"] or 0) - int(said["good"] or 0)
        self._over(line["host"], line["pid"], failed if said["good"] else None)

    def _died(self, line: re.Match[str], said: re.Match[str]) -> None:
        self._over(line["host"], said["pid"] or line["pid"])

    def _started(self, line: re.Match[str], _: re.Match[str]) -> None:
        """A relay that begins ends what it had under way; what another of this host has goes on."""
        theirs = [key for key, one in self._sessions.items() if (key[0], one.relay) == (line["host"], line["relay"])]
        for host, pid in theirs:
            self._over(host, pid)

    def _over(self, host: str, pid: str, failed: int | None = None) -> None:
        session = self._sessions.pop((host, pid), None)
        theirs = session.transactions if session else []
        sound = failed == sum(one.told == "refused" for one in theirs)
        for one in theirs:
            one.over, one.sound = True, sound

    HEARD: ClassVar[Mapping[str, Sequence[tuple[re.Pattern[str], _Hear]]]] = {
        "smtpd": (
            (re.compile("connect from "), _connected),
            (re.compile(r"(?P<queue>[0-9A-Za-z]+): client="), _begun),
            (re.compile(QUEUE + "(?:milter-)?reject: END-OF-MESSAGE "), _refused),
            (re.compile(r"(?:lost connection|timeout) after DATA \(\d+ bytes\)"), _cut),
            (re.compile(r"disconnect from (?:.* data=(?P<good>\d+)(?:/(?P<all>\d+))?\b)?"), _disconnected),
            (re.compile("(?:fatal|panic): (?P<pid>)"), _died),
        ),
        "cleanup": (
            (re.compile(QUEUE + "message-id=(?P<id>.*)"), _named),
            (re.compile(QUEUE + "(?:milter-)?reject: "), _refused),
        ),
        "qmgr": ((re.compile(QUEUE + "from="), _accepted),),
        "oqmgr": ((re.compile(QUEUE + "from="), _accepted),),
        "master": (
            (re.compile("daemon started"), _started),
            (re.compile(r"warning: process \S+ pid (?P<pid>\d+) (?:killed|exit)"), _died),
        ),
    }
    """By who speaks: what is said, and what it tells; the first that fits.

    Content that was cut off is told with its bytes. Without them the connection was lost over a command, as over the
    envelope that left together with the dot of the letter before: of that letter it tells nothing. Nor does the refusal
    of one recipient, or of DATA, which may be tried again.
    """
