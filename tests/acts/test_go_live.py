"""A year that is tried: nothing of it reaches anybody but its mailbox, nothing in it counts, and it goes live once."""

from __future__ import annotations

import asyncio
import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy import select, update

from acts.act import Bench
from acts.announce import announce
from acts.awards import TriedAwards, issue
from acts.beliefs import beliefs
from acts.consistency import contradictions
from acts.contacts import add_contact
from acts.doing import previewed, recorded
from acts.go_live import GO_LIVE, TRIAL_MAILBOX, NotTheOwner, NotTried, go_live
from acts.offices import set_office
from acts.open_year import open_year
from acts.restored import RESTORED
from acts.second_ways import choose_way
from acts.suppress import take_back
from acts.year import close_year, roll_year
from calendars import files
from deployments import chain_heads
from models import contacts, restorations, standing, suppression, trial_years
from models.columns import table_of
from models.database import Database
from models.record_chain import heads, misfits
from models.tables.audit import AuditEntry
from models.tables.season import Letter, LetterBody
from models.tables.second_ways import ShortMessage
from post import claims, marks, short_messages
from post.couriers import Delivery
from post.maildir import MaildirCourier
from post.sending import send
from season import reminding
from season.outcome import Outcome
from season.unit_of_work import Season
from tests.acts.test_suppress import bounce
from tests.support.kinds import EACH_ON_BOTH
from tests.support.message_gateway import message_gateway
from tests.support.scenes import NANJING, OPENING, WUXI, YEAR, Scene, calendar, stamp

ROLL, TEAM = "mentor-recommendation", "trial@kepu.example"
SENDER = "省办 <office@talent.example>"
FILED, SENT, LIVE, LATER = "2022-01-05T10:00", "2022-01-05T11:00", "2022-01-06T10:00", "2022-01-06T11:00"
LATE = "2022-01-17T09:00"
pytestmark = EACH_ON_BOTH


@pytest.fixture
def trial(database: Database) -> Scene:
    """Two cities with mailboxes, one of which has filed; the year is tried."""
    scene = Scene(database, calendar(2))
    assert open_year(database, scene.year, stamp(OPENING), trial=TEAM).done
    for slug in (NANJING, WUXI):
        set_office(database, slug, slug, email=f"{slug}@city.example")
    scene.advance("2021-12-31T10:00")
    assert scene.file(ROLL, NANJING, at=FILED).done
    return scene


def posted(database: Database, at: str, folder: Path) -> list[EmailMessage]:
    """Send what is queued; give what was handed over."""
    asyncio.run(send(database, MaildirCourier(folder), SENDER, stamp(at)))
    files = sorted((folder / "new").iterdir()) if folder.exists() else []
    found = [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]
    return [one for one in found if isinstance(one, EmailMessage)]


def words(message: EmailMessage) -> str:
    """Subject and text, as they are read."""
    text = message.get_body(("plain",))
    assert text is not None
    return f"{message['Subject']}\n{text.get_content()}"


def harmless(messages: list[EmailMessage]) -> None:
    assert messages
    for one in messages:
        text = one.get_body(("plain",))
        page = one.get_body(("html",))
        assert (one["To"], one["Reply-To"], one["Subject"][:5]) == (TEAM, TEAM, "【试运行】")
        assert text is not None
        assert page is not None
        assert text.get_content().startswith("【试运行】这是试运行的函件，只发到试运行邮箱；正式启用之后才会发往 ")
        assert "这是试运行的函件" in page.get_content()
        assert not [part for part in one.walk() if part.get_content_type() == "text/calendar"]


def test_whoever_opens_what_is_tried_or_tries_what_is_live_is_told_so(trial: Scene) -> None:
    live = files.load(2026)
    assert open_year(trial.database, live, stamp(OPENING)).done
    given = (trial.database, trial.year, stamp(OPENING))
    again = open_year(*given, trial=TEAM)
    assert (again.done, f"试运行，函件只发到 {TEAM}" in again.message) == (True, True)
    meant = open_year(*given)
    assert (meant.done, "还在试运行" in meant.message) == (False, True)
    tried = open_year(trial.database, live, stamp(OPENING), trial=TEAM)
    assert (tried.done, "不能改为试运行" in tried.message) == (False, True)


def test_an_answer_for_a_letter_of_the_trial_says_nothing_of_the_one_that_has_its_number_now(trial: Scene) -> None:
    when, letter = stamp(LIVE), table_of(Letter)
    held = claims.claim(trial.database, "aa", when.as_of, when.at)
    assert held
    assert go_live(trial.database, YEAR, when).done
    again = claims.claim(trial.database, "aa", when.as_of, when.at)  # the same round
    old = [held[0]._replace(id=one.id) for one in again]  # SQLite gives numbers once more by itself
    marks.mark(trial.database, "aa", old, [Delivery(one.message_id, "sent", "") for one in old], when.as_of, when.at)
    with trial.database.read() as connection:
        assert set(connection.execute(select(letter.c.state)).scalars()) == {"sending"}


def test_all_letters_of_a_trial_go_to_its_mailbox_marked_and_without_a_day_for_a_calendar(
    trial: Scene, tmp_path: Path
) -> None:
    messages = posted(trial.database, SENT, tmp_path / "out")
    harmless(messages)
    assert "wuxi@city.example" in " ".join(map(words, messages))
    with trial.database.read() as connection:
        assert beliefs(connection, YEAR, stamp(LIVE).as_of) == ()


def test_without_the_diversion_letters_would_reach_cities(
    trial: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_years, "mailboxes", lambda _: {})
    with pytest.raises(AssertionError):
        harmless(posted(trial.database, SENT, tmp_path / "out"))


def test_what_is_no_business_of_a_trial_is_refused(trial: Scene) -> None:
    assert "还在试运行" in close_year(trial.database, YEAR, stamp(SENT)).message
    assert "还在试运行" in roll_year(trial.database, YEAR).message
    with pytest.raises(TriedAwards):
        issue(trial.database, YEAR, "appointment", stamp(SENT))
    refused = open_year(trial.database, calendar(2), stamp(OPENING), rehearsal=True, trial=TEAM)
    assert not refused.done


def test_neither_a_short_message_nor_a_line_of_a_chat_leaves_in_a_trial(trial: Scene) -> None:
    given = (trial.database, WUXI, WUXI, stamp(SENT))
    add_contact(*given, name="王某", part="main", email="wang@city.example")
    with trial.database.read() as connection:
        whose = f"contact:{contacts.of(connection, WUXI)[0].id}"
    assert choose_way(trial.database, whose, WUXI, stamp(SENT), way="sms", address="138 0000 0001").done
    trial.advance(LATE)
    with message_gateway() as server:
        asyncio.run(short_messages.tell(trial.database, server.serving("sms"), stamp(LATE), "a-worker"))
        assert server.told == []
    short = table_of(ShortMessage)
    with trial.database.read() as connection:
        fates = connection.execute(select(short.c.state, short.c.detail)).tuples().all()
    assert set(fates) == {("cancelled", "试运行期间不外发")}
    said: list[str] = []

    def deliver(line: str) -> bool:
        said.append(line)
        return True

    announce(trial.database, stamp(LATE), deliver)
    assert said == []


def test_a_relay_that_refuses_the_trials_mailbox_says_nothing_of_a_citys(trial: Scene) -> None:
    letter = table_of(Letter)
    with trial.database.write("every") as connection:
        connection.execute(update(letter).values(state="failed", detail="550 5.1.1 no such user"))
        ids = connection.execute(select(letter.c.id)).scalars().all()
        assert suppression.give_up(connection, ids, stamp(SENT).as_of, "post") == []
        leads = suppression.leads(connection, letters(trial.database).keys()).values()
        assert {(one.address, one.trial) for one in leads} == {(TEAM, TEAM)}


def test_what_comes_back_to_a_trials_mailbox_does_not_stop_what_a_live_year_sends_there(trial: Scene) -> None:
    letter = table_of(Letter)
    with trial.database.write(YEAR) as connection:
        connection.execute(update(letter).values(state="sent", tries=1, envelope=letter.c.id))
    (one, *_) = letters(trial.database)
    back = take_back(trial.database, [bounce(TEAM, one)], stamp(LIVE))
    assert (back.letters, back.suppressed) == (1, ())


def test_a_trials_strand_is_not_noted_for_it_begins_anew(trial: Scene, tmp_path: Path) -> None:
    chain_heads.note(tmp_path, trial.database, stamp(SENT).at)
    assert not chain_heads.kept(tmp_path)
    with trial.database.read() as connection:
        assert YEAR in {one.strand for one in heads(connection)}


def test_a_digest_of_a_trial_says_so_and_asks_nobody_to_keep_what_begins_anew(trial: Scene) -> None:
    trial.advance(LATE)
    letter, body = table_of(Letter), table_of(LetterBody)
    words = select(body.c.text).join(letter, letter.c.body == body.c.digest).where(letter.c.kind == "digest")
    with trial.database.read() as connection:
        texts = connection.execute(words).scalars().all()
    assert texts
    for text in texts:
        assert ("仍在试运行" in text, f"{YEAR}-" in text.partition("校验码")[2]) == (True, False)


def test_a_trial_that_is_forgotten_is_in_the_digest_of_the_year_beside(trial: Scene) -> None:
    beside = files.load(2026)
    assert open_year(trial.database, beside, stamp(OPENING)).done
    with trial.database.read() as connection:
        season = Season.read(connection, beside.year, stamp(LATE), None, reading=True)
        assert [item.label for _, item in reminding.tried_still(season)] == [f"{YEAR}年度"]
        early = Season.read(connection, beside.year, stamp("2021-12-30T09:00"), None, reading=True)
        assert list(reminding.tried_still(early)) == []


def test_a_trial_that_a_backup_brings_back_is_named_where_the_post_goes_on(trial: Scene) -> None:
    when = stamp(LIVE)
    with trial.database.write("every") as connection:
        restorations.begin(connection, stamp(SENT).at, [], when, "试恢复", [])
    filled = RESTORED.fill(trial.year, {"fate": "send", "reason": "已核对"})
    said = recorded(RESTORED, Bench(trial.database, trial.year, when), filled)
    assert f"{YEAR} 年度在这份备份里还在试运行，函件只发到 {TEAM}" in said.message


def test_that_a_year_was_opened_to_be_tried_is_on_record(trial: Scene) -> None:
    deed = table_of(AuditEntry)
    with trial.database.read() as connection:
        acts = connection.execute(select(deed.c.what).where(deed.c.subject == f"year/{YEAR}")).scalars().all()
    assert acts == ["开设年度（试运行）"]


def test_a_letter_that_leaves_meanwhile_does_not_hold_up_the_confirmation(trial: Scene) -> None:
    before, letter = shown(trial), table_of(Letter)
    with trial.database.write(YEAR) as connection:
        connection.execute(update(letter).values(state="sent"))
    after = shown(trial)
    assert (after.message, after.basis) == (before.message, before.basis)


def shown(scene: Scene, paper: str = "") -> Outcome:
    filled = GO_LIVE.fill(scene.year, {"through": paper or None, "reason": "试运行通过"})
    return previewed(GO_LIVE, Bench(scene.database, scene.year, stamp(LIVE)), filled)


def letters(database: Database) -> dict[str, str]:
    """The letters there are by Message-ID, with where each goes."""
    letter = table_of(Letter)
    with database.read() as connection:
        return dict(connection.execute(select(letter.c.message_id, letter.c.address)).tuples().all())


def test_a_preview_of_going_live_says_what_goes_and_what_stays_and_leaves_it_as_it_is(trial: Scene) -> None:
    before = letters(trial.database)
    said = shown(trial)
    assert said.done
    assert "导入 1 次" in said.message
    assert "不计作告知" in said.message
    assert "保留：年度日历" in said.message
    assert {one.kind for one in said.changes.letters} == {"opened"}
    assert letters(trial.database) == before
    with trial.database.read() as connection:
        assert standing.opened(connection, YEAR).trial == TEAM


def test_whoever_does_not_own_the_tables_is_told_who_does(trial: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_years, "may_go_live", lambda _: False)
    with pytest.raises(NotTheOwner):
        shown(trial)


def test_a_year_goes_live_clean_once_and_owes_everything_for_real(trial: Scene, tmp_path: Path) -> None:
    posted(trial.database, SENT, tmp_path / "tried")
    tried = letters(trial.database)
    filled = GO_LIVE.fill(trial.year, {"reason": "试运行通过"})
    expected = shown(trial)
    done = recorded(GO_LIVE, Bench(trial.database, trial.year, stamp(LIVE)), filled)
    assert (done.done, done.message) == (True, expected.message)
    now = letters(trial.database)
    assert not now.keys() & tried.keys()
    messages = posted(trial.database, LIVE, tmp_path / "live")
    assert {one["To"] for one in messages} >= {"nanjing@city.example", "wuxi@city.example"}
    assert not [one for one in messages if "试运行" in words(one) or one["To"] == TEAM]
    assert trial.states(NANJING)[ROLL] == "open"
    with trial.database.read() as connection:
        assert standing.opened(connection, YEAR).trial is None
        assert list(misfits(connection)) == []
        assert {one.party for one in beliefs(connection, YEAR, stamp(LATER).as_of)} >= {f"city:{WUXI}"}
        assert trial_years.entered(connection, YEAR).loads == 0
    assert contradictions(trial.database) == []
    with pytest.raises(NotTried):
        go_live(trial.database, YEAR, stamp(LIVE))
    again = TRIAL_MAILBOX.fill(trial.year, {"email": TEAM, "reason": "再试"})
    with pytest.raises(NotTried):
        recorded(TRIAL_MAILBOX, Bench(trial.database, trial.year, stamp(LIVE)), again)
