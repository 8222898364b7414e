from __future__ import annotations

import gzip
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from post.evidence import log_files, relay_log
from post.evidence.log_times import instant
from post.evidence.relay_log import RelayLog
from post.evidence.transactions import Transactions
from post.relay import Relay

NOW = datetime.fromisoformat("2022-11-23T00:10:00+00:00")
SINCE = datetime.fromisoformat("2022-11-22T23:59:50+00:00")
WHEN = "2022-11-22T23:59:50.500000+00:00"
BEGAN = "2022-11-22T23:59:40.000000+00:00"
BEFORE = "2022-11-22T23:59:47.000000+00:00"
FULL = (
    "smtpd[60]: A1: client=localhost[127.0.0.1]",
    "cleanup[66]: A1: message-id=<letter@x>",
    "qmgr[02]: A1: from=<a@b>, size=278, nrcpt=1 (queue active)",
)
CUT = (
    "smtpd[60]: A2: client=localhost[127.0.0.1]",
    "cleanup[66]: A2: message-id=<letter@x>",
    "smtpd[60]: lost connection after DATA (20070 bytes) from localhost[127.0.0.1]",
    "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4",
)
GONE_AFTER_THE_DOT = (
    "smtpd[70]: A3: client=localhost[127.0.0.1]",
    "cleanup[66]: A3: message-id=<letter@x>",
    "smtpd[70]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 commands=4",
)
REJECTED = (
    "smtpd[71]: A4: client=localhost[127.0.0.1]",
    "cleanup[66]: A4: message-id=<letter@x>",
    "cleanup[66]: A4: milter-reject: END-OF-MESSAGE from localhost[127.0.0.1]: 5.7.1 no; from=<a@b>",
    "smtpd[71]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 commands=4/5",
)
TAKEN_AND_THE_NEXT_REFUSED = (
    "smtpd[72]: A5: client=localhost[127.0.0.1]",
    "cleanup[66]: A5: message-id=<letter@x>",
    "qmgr[02]: A5: from=<a@b>, size=389, nrcpt=1 (queue active)",
    "smtpd[72]: NOQUEUE: reject: RCPT from localhost[127.0.0.1]: 554 5.7.1 <c@d>: Recipient address rejected",
    "smtpd[72]: lost connection after DATA from localhost[127.0.0.1]",
    "smtpd[72]: disconnect from localhost[127.0.0.1] ehlo=1 mail=2 rcpt=1/2 data=1/2 commands=5/7",
)
"""The dot of the letter left with the next one's envelope; the relay refused that one, and the worker was gone."""
CONNECT, KILLED, DONE, TIMEOUT = (
    "smtpd[60]: connect from localhost[127.0.0.1]",
    "master[1]: warning: process /usr/lib/postfix/sbin/smtpd pid 60 killed by signal 9",
    "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 commands=4",
    "smtpd[60]: timeout after END-OF-MESSAGE from localhost[127.0.0.1]",
)
ITS_NUMBER_AGAIN = (
    CONNECT,
    "smtpd[60]: B2: client=localhost[127.0.0.1]",
    "cleanup[66]: B2: message-id=<other@x>",
    "qmgr[02]: B2: from=<a@b>, size=389, nrcpt=1 (queue active)",
    DONE,
)
ITS_QUEUE_ID_AGAIN = (
    "cleanup[66]: A1: message-id=<20221122235950.A1@relay.example>",
    "bounce[80]: C1: sender non-delivery notification: A1",
    "qmgr[02]: A1: from=<>, size=278, nrcpt=1 (queue active)",
)
NAMED_IN_A_REFUSAL = (
    "smtpd[60]: A6: client=localhost[127.0.0.1]",
    "cleanup[66]: A6: message-id=<spam@x>",
    "cleanup[66]: A6: reject: header Subject: spam message-id=<letter@x> from localhost[127.0.0.1]: no spam",
    "qmgr[02]: A6: removed",
)
ONE_RECIPIENT_REFUSED = (
    "smtpd[60]: A1: client=localhost[127.0.0.1]",
    "smtpd[60]: A1: reject: RCPT from localhost[127.0.0.1]: 554 5.7.1 <c@d>: Recipient address rejected",
    "cleanup[66]: A1: message-id=<letter@x>",
)
NAMED_AFTER_ITS_REFUSAL = (
    "smtpd[60]: A7: client=localhost[127.0.0.1]",
    "smtpd[60]: A7: reject: END-OF-MESSAGE from localhost[127.0.0.1]: 554 5.7.1 <a@b>: Sender address rejected: no",
    "cleanup[66]: A7: message-id=<letter@x>",
    "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 commands=4/5",
)
NAMED_AFTER_ITS_CUT = (
    "smtpd[60]: A8: client=localhost[127.0.0.1]",
    "smtpd[60]: timeout after DATA (165 bytes) from localhost[127.0.0.1]",
    "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 commands=3/4",
    "cleanup[66]: A8: message-id=<letter@x>",
)
TOO_LARGE = (
    "smtpd[60]: A9: client=localhost[127.0.0.1]",
    "smtpd[60]: warning: A9: queue file size limit exceeded",
    "cleanup[66]: A9: message-id=<letter@x>",
    "cleanup[66]: warning: mail_stream_cleanup: close error",
    "smtpd[60]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=0/1 quit=1 commands=4/5",
)
HELD = (*FULL[:2], "cleanup[66]: A1: milter-hold: END-OF-MESSAGE from localhost[127.0.0.1]: milter triggers HOLD", DONE)
WITHOUT_ITS_NAME = (FULL[0], FULL[2], DONE)
IN_ANOTHER_CASE = tuple(line.replace("letter@x", "Letter@X") for line in FULL)
OF_ANOTHER = tuple(line.replace("letter@x", "other@x").replace("A1", "B1") for line in FULL)


def of(when: str, *lines: str) -> str:
    return "".join(f"{when} relay postfix/{line}\n" for line in lines)


def write(log: Path, text: str) -> None:
    """As of the time in its last line."""
    log.write_text(text)
    whole = Transactions()
    whole.take_in(text.splitlines(keepends=True))
    with suppress(ValueError):
        written = instant(whole.last, NOW).timestamp()
        os.utime(log, (written, written))


def fates(folder: Path, *lines: str, since: datetime = SINCE) -> dict[str, str]:
    return read(folder, of(BEGAN, "master[1]: daemon started") + of(WHEN, *lines), since)


def read(folder: Path, text: str, since: datetime = SINCE) -> dict[str, str]:
    write(folder / "mail.log", text)
    return dict(RelayLog(folder / "mail.log", 0.0).fates({"<letter@x>": since}, NOW))


@pytest.mark.parametrize(
    ("lines", "fate"),
    [
        pytest.param(FULL, "accepted", id="in the queue"),
        pytest.param(GONE_AFTER_THE_DOT, "accepted", id="the session counts it, the queue's line is not there yet"),
        pytest.param(CUT, "refused", id="its header was seen, its end was not"),
        pytest.param(REJECTED, "refused", id="refused at the dot"),
        pytest.param(TAKEN_AND_THE_NEXT_REFUSED, "accepted", id="taken over, and the next one's envelope refused"),
        pytest.param(
            (*TAKEN_AND_THE_NEXT_REFUSED[:2], *TAKEN_AND_THE_NEXT_REFUSED[3:]),
            "untold",
            id="the next one's envelope refused, the queue's line is not there yet",
        ),
        pytest.param((*FULL, CUT[2]), "accepted", id="a cut that is of none of its transactions"),
        pytest.param((*FULL[:2], *ITS_NUMBER_AGAIN), "untold", id="its process died, and its number was given again"),
        pytest.param((*FULL[:2], KILLED), "untold", id="its process was killed"),
        pytest.param((FULL[0], KILLED), "refused", id="its process was killed before it had all of the content"),
        pytest.param((FULL[0], "smtpd[60]: fatal: out of memory"), "refused", id="its process gave up"),
        pytest.param((*FULL, *ITS_QUEUE_ID_AGAIN), "accepted", id="its queue id has passed to a bounce"),
        pytest.param(
            (*CUT, *(line.replace("A1", "A2") for line in ITS_QUEUE_ID_AGAIN)), "refused", id="so after a cut"
        ),
        pytest.param(NAMED_IN_A_REFUSAL, "refused", id="the refusal of another bears its name"),
        pytest.param((*ONE_RECIPIENT_REFUSED, FULL[2]), "accepted", id="one recipient of more is refused"),
        pytest.param((*ONE_RECIPIENT_REFUSED, TOO_LARGE[-1]), "untold", id="that, and a failure that no line tells"),
        pytest.param(NAMED_AFTER_ITS_REFUSAL, "refused", id="its name is told after its refusal"),
        pytest.param(NAMED_AFTER_ITS_CUT, "refused", id="its name is told after it was cut off"),
        pytest.param(TOO_LARGE, "untold", id="a failure that no line tells"),
        pytest.param((*FULL, TIMEOUT), "accepted", id="the client says no more after its end"),
        pytest.param((*FULL[:2], TIMEOUT, DONE), "accepted", id="the same, the queue's line is not there yet"),
        pytest.param(HELD, "accepted", id="it is held, and comes into no queue"),
        pytest.param(WITHOUT_ITS_NAME, "untold", id="something was taken over, and its name is not told"),
        pytest.param(IN_ANOTHER_CASE, "refused", id="a name in another case is another's"),
        pytest.param(OF_ANOTHER, "refused", id="never seen"),
        pytest.param((*CUT, *FULL), "accepted", id="cut off once, taken over the second time"),
        pytest.param((*FULL[:2], CUT[3]), "untold", id="one of the session failed, and it is not said which"),
    ],
)
def test_what_became_of_a_message_is_read_from_the_log(tmp_path: Path, lines: tuple[str, ...], fate: str) -> None:
    assert fates(tmp_path, *lines) == {"<letter@x>": fate}


@pytest.mark.parametrize("lines", [FULL[:1], FULL[:2]], ids=["its name is not known yet", "it is still being read"])
def test_what_is_still_under_way_is_left_for_later(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert fates(tmp_path, *lines) == {}


def test_a_restart_of_the_relay_ends_what_was_under_way(tmp_path: Path) -> None:
    assert fates(tmp_path, FULL[0], "master[2]: daemon started") == {"<letter@x>": "refused"}


def test_a_log_that_begins_later_tells_nothing(tmp_path: Path) -> None:
    assert fates(tmp_path, *FULL, since=SINCE - timedelta(days=1)) == {"<letter@x>": "untold"}


def test_a_log_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    assert RelayLog(tmp_path / "none", 0.0).fates({"<letter@x>": SINCE}, NOW) == {"<letter@x>": "untold"}


@pytest.mark.parametrize("name", ["mail.log.1", "mail.log-20221122", "mail.log.1.gz", "mail.log.20221122-235955.gz"])
def test_the_log_before_this_one_is_read_too(tmp_path: Path, name: str) -> None:
    text = (of(BEGAN, "master[1]: daemon started") + of(WHEN, *FULL)).encode()
    (tmp_path / name).write_bytes(gzip.compress(text) if name.endswith(".gz") else text)
    assert read(tmp_path, of(WHEN, CONNECT)) == {"<letter@x>": "accepted"}


def test_an_older_one_that_lies_about_is_not_the_log_before(tmp_path: Path) -> None:
    """There is a gap between it and this one, in which the letter may have been taken over."""
    (tmp_path / "mail.log.1").write_text(of(BEGAN, "master[1]: daemon started"))
    os.utime(tmp_path / "mail.log.1", (1, 1))
    (tmp_path / "mail.log-20221122").write_text(of(WHEN, *OF_ANOTHER))
    assert read(tmp_path, of(WHEN, CONNECT)) == {"<letter@x>": "untold"}


def test_a_log_that_is_rotated_while_it_is_read_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mail.log.1").write_text(of(BEGAN, "master[1]: daemon started"))
    log, reading = tmp_path / "mail.log", log_files.lines

    def rotated(files: log_files.Generation) -> Iterator[str]:
        monkeypatch.undo()
        yield from reading(files[:-1])
        log.rename(tmp_path / "mail.log.1")
        write(log, of(WHEN, CONNECT))
        yield from reading(files[-1:])

    monkeypatch.setattr(relay_log, "lines", rotated)
    assert fates(tmp_path, *FULL) == {"<letter@x>": "accepted"}


def test_a_packed_log_that_is_broken_tells_nothing(tmp_path: Path) -> None:
    (tmp_path / "mail.log.1.gz").write_bytes(gzip.compress(of(BEGAN, *FULL).encode())[:-20])
    assert fates(tmp_path) == {"<letter@x>": "untold"}


def test_the_old_format_of_times_is_this_machines_and_this_years(tmp_path: Path) -> None:
    began = SINCE.astimezone() - timedelta(seconds=5)
    text = of(f"{began:%b %e %H:%M:%S}", "master[1]: daemon started") + of(f"{SINCE.astimezone():%b %e %T}", *FULL)
    assert read(tmp_path, text) == {"<letter@x>": "accepted"}
    assert read(tmp_path, text, SINCE - timedelta(days=9)) == {"<letter@x>": "untold"}


def test_what_shows_no_end_for_an_hour_is_not_under_way(tmp_path: Path) -> None:
    """Its line is lost, or it is some other program's: a dead worker's connection ends with it."""
    started, later = of(BEGAN, "master[1]: daemon started"), (SINCE + timedelta(hours=2)).isoformat()
    assert read(tmp_path, started + of(WHEN, FULL[0]) + of(later, *OF_ANOTHER)) == {"<letter@x>": "refused"}
    assert read(tmp_path, started + of(WHEN, *FULL[:2]) + of(later, *OF_ANOTHER)) == {"<letter@x>": "untold"}


def test_a_line_that_is_just_being_written_is_not_read(tmp_path: Path) -> None:
    """`data=1` may be going to be `data=1/2`."""
    text = of(BEGAN, "master[1]: daemon started") + of(WHEN, *FULL[:2], DONE)
    assert read(tmp_path, text[: text.rindex("data=1") + len("data=1")]) == {}
    assert read(tmp_path, text) == {"<letter@x>": "accepted"}


def test_a_time_that_is_none_tells_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, of("1669161588.123", *FULL)) == {"<letter@x>": "untold"}


@pytest.mark.parametrize(
    ("then", "fate"),
    [
        pytest.param((), "refused", id="the worker died before it offered the letter again"),
        pytest.param(FULL, "accepted", id="it is taken over once more"),
        pytest.param(CUT, "refused", id="it is cut off this time"),
        pytest.param(FULL[:2], None, id="it is being read"),
    ],
)
@pytest.mark.parametrize("truncated", [False, True])
def test_what_was_told_before_a_letter_was_taken_in_hand_is_of_another_time(
    tmp_path: Path, then: tuple[str, ...], fate: str | None, *, truncated: bool
) -> None:
    """It was taken over, bounced, and is sent again."""
    now = f"{SINCE.astimezone():%b %e %T}" if truncated else SINCE.isoformat()
    before = of(BEGAN, "master[1]: daemon started") + of(BEFORE, *FULL)
    since = SINCE + timedelta(milliseconds=900)
    assert read(tmp_path, before + of(now, *then), since) == ({} if fate is None else {"<letter@x>": fate})


def test_what_is_under_way_since_before_holds_up_nothing(tmp_path: Path) -> None:
    text = of(BEGAN, "master[1]: daemon started") + of(BEFORE, FULL[0]) + of(WHEN, "smtpd[9]: connect from a[::1]")
    assert read(tmp_path, text) == {"<letter@x>": "refused"}


def test_each_letter_has_its_own_time(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    write(log, of(BEGAN, "master[1]: daemon started") + of(BEFORE, *FULL) + of(WHEN, *OF_ANOTHER))
    long_ago, before = SINCE - timedelta(days=40), datetime.fromisoformat(BEFORE)
    asked = {"<letter@x>": before, "<other@x>": SINCE, "<third@x>": long_ago}
    assert RelayLog(log, 0.0).fates(asked, NOW) == {
        "<letter@x>": "accepted", "<other@x>": "accepted", "<third@x>": "untold",
    }  # fmt: skip


def test_two_relays_in_one_log_do_not_speak_for_each_other(tmp_path: Path) -> None:
    """A process number, and a start, are a host's and a relay's own."""
    text = of(BEGAN, "master[1]: daemon started") + of(WHEN, FULL[0])
    others = (CUT[3], "master[2]: daemon started")
    elsewhere = "".join(f"{WHEN} elsewhere postfix/{line}\n" for line in others)
    beside = f"{WHEN} relay postfix-out/{others[1]}\n"
    assert read(tmp_path, text + elsewhere + beside) == {}


@contextmanager
def relay(log: Path, line: str) -> Iterator[Relay]:
    """Who greets one client, having logged this."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            client, _ = listening.accept()
            with client, log.open("a") as file:
                file.write(line)
                file.flush()
                client.sendall(b"220 relay\r\n")
                client.recv(99)

        greeting = threading.Thread(target=greet)
        greeting.start()
        yield Relay("127.0.0.1", listening.getsockname()[1], "none")
        greeting.join()


def now(ahead: timedelta = timedelta()) -> str:
    return (datetime.now(UTC) + ahead).isoformat()


def test_a_log_that_hears_the_relay_is_fine(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(of(now(), CONNECT))
    with relay(log, of(now(), CONNECT)) as there:
        assert RelayLog(log, 0.0, there).trouble() is None


@pytest.mark.parametrize(
    ("text", "heard", "says"),
    [
        pytest.param(of("NOW", *FULL), "", "连接邮件服务器，{log} 里没有记下", id="not written any more"),
        pytest.param("", of("ZONE", *FULL), "{log} 末行的时间与写入的时间相差 480 分钟", id="a zone"),
        pytest.param("", "NOW relay dovecot: hello\n", "{log} 里没有认得的 Postfix 记录", id="of another program"),
        pytest.param("", of("1669161588", *FULL), "{log} 里没有认得的 Postfix 记录", id="times that are none"),
    ],
)
def test_why_nothing_is_told_from_a_log_is_said_and_nothing_is_told(
    tmp_path: Path, text: str, heard: str, says: str
) -> None:
    log = tmp_path / "mail.log"
    text, heard = (
        each.replace("NOW", now()).replace("ZONE", now(timedelta(hours=-8))) for each in (text, heard)
    )  # fmt: skip -- when the test runs, not when it was read
    log.write_text(of(now(), "master[1]: daemon started") * bool(text) + text)
    with relay(log, heard) as there:
        told = RelayLog(log, 0.0, there).trouble()
    assert told is not None
    assert told.says == says.format(log=log)
    with relay(log, heard) as there:
        asked = datetime.now(UTC)
        assert RelayLog(log, 0.0, there).fates({"<letter@x>": asked}, asked) == {"<letter@x>": "untold"}


def test_a_relay_that_is_not_there_tells_nothing(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    log.write_text(of(now(), *FULL))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
    told = RelayLog(log, 0.0, Relay("127.0.0.1", port, "none")).trouble()
    assert told is not None
    assert told.says == f"连接邮件服务器，{log} 里没有记下"


def test_a_log_that_is_missing_or_may_not_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> log_files.Generation:
        raise PermissionError(13, "Permission denied")

    log = tmp_path / "mail.log"
    missing = RelayLog(log, 0.0).trouble()
    log.write_text(of(now(), *FULL))
    monkeypatch.setattr(relay_log, "generation", denied)
    unreadable = RelayLog(log, 0.0).trouble()
    assert (missing is not None and missing.says) == f"{log} 不存在"
    assert (unreadable is not None and unreadable.says) == f"{log} 读不了（Permission denied）"
