from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from letters.relay_log import RelayLog

NOW = datetime.fromisoformat("2022-11-23T00:10:00+00:00")
SINCE = datetime.fromisoformat("2022-11-22T23:59:50+00:00")
WHEN = "2022-11-22T23:59:48.000000+00:00"
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
OF_ANOTHER = tuple(line.replace("letter@x", "other@x").replace("A1", "B1") for line in FULL)


def fates(folder: Path, *lines: str, since: datetime = SINCE) -> dict[str, str]:
    log = folder / "mail.log"
    log.write_text("".join(f"{WHEN} relay postfix/{line}\n" for line in ("master[1]: daemon started", *lines)))
    return dict(RelayLog(log, 0.0).fates({"<letter@x>": since}, NOW))


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


def test_the_log_before_this_one_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "mail.log.1").write_text("".join(f"{WHEN} relay postfix/{line}\n" for line in FULL))
    assert fates(tmp_path) == {"<letter@x>": "accepted"}


def test_the_old_format_of_times_is_this_machines_and_this_years(tmp_path: Path) -> None:
    log = tmp_path / "mail.log"
    began = SINCE.astimezone() - timedelta(seconds=5)
    log.write_text("".join(f"{began:%b %e %H:%M:%S} relay postfix/{line}\n" for line in FULL))
    assert RelayLog(log, 0.0).fates({"<letter@x>": SINCE}, NOW) == {"<letter@x>": "accepted"}
    assert RelayLog(log, 0.0).fates({"<letter@x>": SINCE - timedelta(days=9)}, NOW) == {"<letter@x>": "untold"}
