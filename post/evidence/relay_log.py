"""What the relay's own log (Postfix's format) tells of messages whose worker died before it read the answer.

A message is refused only where every transaction that could have carried it came to another end. The log must be
complete: a log daemon that drops lines under load breaks the promise. A log that is no longer written shows no letter,
and the old format of times has no zone: so the relay is knocked at first, and the log must tell of that, as of now.
"""

from __future__ import annotations

import socket
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from post.evidence.log_files import BROKEN, generation, lines
from post.evidence.log_times import instant
from post.evidence.transactions import Transactions
from post.relay import Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from post.evidence.transactions import Transaction
    from post.evidence.witnesses import Fate
    from post.relay import Relay

SETTLE_SECONDS = 2.0
"""How long the relay is given to log what a worker that has just died had sent."""

LOOKS = 10
"""How often the log is read again, a moment apart, while something is under way that could be the message."""

TOLERANCE = timedelta(seconds=2)
"""How much before it was taken in hand a letter's transaction may seem to begin. The old format cuts off up to a
second, and two clocks that are kept right differ by less than another. Within two seconds no letter is taken over,
bounces, is settled by a person and taken in hand again.
"""

LONGEST = timedelta(hours=1)
"""What began so long before the log's last line is not under way any more, though no line tells its end: the connection
of a dead worker ends with it, and the relay waits no more than minutes for anything.
"""


GREETING = 4_096
KNOCK_SECONDS = 30.0
"""How long the relay may take to greet: some let their clients wait a little."""

DRIFT = timedelta(minutes=5)
"""How far the time in the last line may be from that at which the file was written: less than any two zones differ."""

CHECK = "核对 TALENT_SMTP__LOG：应是这台邮件服务器（Postfix）正在写的日志"
GONE = Trouble("{path} 不存在", CHECK)
UNREADABLE = Trouble("{path} 读不了（{why}）", "给运行本程序的用户读这个文件及其目录的权限（如加入 adm 组）")
FOREIGN = Trouble("{path} 里没有认得的 Postfix 记录", f"{CHECK}，并用 rsyslog 的默认格式")
APART = Trouble("{path} 末行的时间与写入的时间相差 {minutes} 分钟", "让邮件服务器与本程序用同一时区、同一时钟")
DEAF = Trouble("连接邮件服务器，{path} 里没有记下", CHECK)
"""Why nothing can be told from a log."""


class RelayLog:
    """The log at `path`, and the one rotated away before it; `relay` is whose it is, None where none can be asked."""

    def __init__(self, path: Path, settle: float = SETTLE_SECONDS, relay: Relay | None = None) -> None:
        self.path, self.settle, self.relay = path, settle, relay

    def fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        """Read until nothing is under way that could be one of them; what then still is, is left out."""
        try:
            return dict.fromkeys(asked, "untold") if self.trouble() else self._fates(asked, at)
        except (*BROKEN, ValueError):
            return dict.fromkeys(asked, "untold")

    def trouble(self) -> Trouble | None:
        """Say in Chinese why nothing can be told from this log, and what would mend it; None where it can be."""
        try:
            heard = self._hears()
            apart = self._apart(all_of(self.path))
        except FileNotFoundError:
            return self._because(GONE)
        except BROKEN as error:
            return self._because(UNREADABLE, why=getattr(error, "strerror", None) or error)
        except ValueError:
            return self._because(FOREIGN)
        if apart > DRIFT:
            return self._because(APART, minutes=round(apart / timedelta(minutes=1)))
        return None if heard else self._because(DEAF)

    def _because(self, trouble: Trouble, **words: object) -> Trouble:
        return Trouble(trouble.says.format(path=self.path, **words), trouble.mend)

    def _hears(self) -> bool:
        """Knock at the relay, and tell whether that is in the log.

        It is this relay's then and still written, and it holds all that was said before. Raises OSError.
        """
        before = self.path.stat()
        if self.relay is not None and not knock(self.relay):
            return False
        time.sleep(self.settle)
        after = self.path.stat()
        return self.relay is None or (before.st_ino, before.st_size) != (after.st_ino, after.st_size)

    def _apart(self, read: Transactions) -> timedelta:
        """Give by how much a clock, or a zone, of its own sets it apart. Raises ValueError where it has no time."""
        written = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        return abs(written - instant(read.last, written))

    def _fates(self, asked: Mapping[str, datetime], at: datetime) -> Mapping[str, Fate]:
        read = all_of(self.path)
        before = len(read.every)  # what began later cannot be a dead worker's
        for _ in range(LOOKS):
            told = _Told(read, before, at)
            found = {key: told.fate(key, since) for key, since in asked.items()}
            if None not in found.values():
                break
            time.sleep(self.settle / LOOKS)
            read = all_of(self.path)
        return {key: fate for key, fate in found.items() if fate is not None}


def knock(relay: Relay) -> bool:
    """Connect to the relay and take leave; tell whether somebody was there."""
    try:
        with socket.create_connection((relay.host, relay.port), KNOCK_SECONDS) as line:
            if relay.security != "tls":
                line.recv(GREETING)
                line.sendall(b"QUIT\r\n")
                line.recv(GREETING)
    except OSError:
        return False
    return True


def all_of(path: Path) -> Transactions:
    """Read the log and the one before it; again where it was rotated meanwhile, for a file may have been missed."""
    read, files = Transactions(), generation(path)
    read.take_in(lines(files))
    return read if generation(path) == files else all_of(path)


class _Told:
    """What the first `count` transactions tell of messages, as of `at`."""

    def __init__(self, read: Transactions, count: int, at: datetime) -> None:
        self._at = at
        self._began = self._ended = None
        self._of: defaultdict[str, list[Transaction]] = defaultdict(list)
        if read.first:
            self._began, self._ended = instant(read.first, at), instant(read.last, at)
        for one in read.every[:count]:
            self._of[one.message_id].append(one)
        self._nameless = [one for one in self._of[""] if one.end == "accepted" or self._is_under_way(one)]

    def fate(self, key: str, since: datetime) -> Fate | None:
        """Give what became of a message that was handed over no earlier than `since`; None where it is under way.

        What was told of it before that is of another time that it was sent.
        """
        if self._began is None or self._began > since:
            return "untold"
        named, nameless = (self._begun_since(since, some) for some in (self._of[key], self._nameless))
        ends = {one.end for one in named}
        if "accepted" in ends:
            return "accepted"
        if any(map(self._is_under_way, (*named, *nameless))):
            return None
        return "refused" if ends <= {"refused"} and not nameless else "untold"

    def _begun_since(self, since: datetime, some: Sequence[Transaction]) -> list[Transaction]:
        return [one for one in some if instant(one.when, self._at) >= since - TOLERANCE]

    def _is_under_way(self, one: Transaction) -> bool:
        if one.end or one.over or self._ended is None:
            return False
        return instant(one.when, self._at) > self._ended - LONGEST
