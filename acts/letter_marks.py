"""A letter, written or only foreseen, is kept for a person's release, let go, added to; so is a kind in a phase."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from calendars.deadlines import day_of
from forms.cells import BadCellError, line
from letters.framed import Framed
from letters.occurrences import occurrences
from letters.remarks import takes, with_remark
from models import addresses, audit, letter_marks, standing
from models.letter_states import LetterEvent
from models.letterbox import letter_by_id
from models.outbox import ALL, reword, words_of
from models.outdated_letters import untrue
from post.marks import MOOT
from post.unknown_letters import settled
from season.outcome import Outcome
from season.recipients import audience_of, is_recipient

if TYPE_CHECKING:
    from models.database import Database
    from models.letter_marks import Mark
    from models.outbox import LetterKey
    from models.stamp import Stamp
    from models.standing import Opened
    from phases.letter_kinds import Kind

ON_RECORD: dict[Mark, str] = {"hold": "函件留待放行", "release": "函件放行"}
"""What the audit says."""

REMARKED = "函件附言"
LONGEST = 500
"""Characters of a remark."""


def mark(
    database: Database,
    year: int,
    key: LetterKey,
    wanted: Mark,
    stamp: Stamp,
    *,
    reason: str | None = None,
    account: int | None = None,
) -> Outcome:
    """Keep what a person decided, and do it to what is written: a letter in the queue waits, one that waits goes.

    One that goes is sent to where its recipient is written to today; one that is no longer true does not go. What is
    said of one letter stands whatever is decided about its kind. One letter that has left cannot be kept, and of a kind
    those that have left are not touched. A mark that no letter of the year can have is refused, as is any in a year
    that is archived.
    """
    with database.write(year) as connection:
        opened = standing.opened(connection, year)
        if opened.closed_as_of is not None:
            return Outcome("refused", f"{year} 年度已归档，不能再操作。")
        if not fits(opened, key):
            return Outcome("refused", f"{year} 年度没有 {'/'.join(key)} 这样的函件，未作改动。")
        if wanted == "hold" and key[3] != ALL and letter_marks.left(connection, year, key):
            return Outcome("refused", "这封函件已经发出或正在发送，不能再留待放行，未作改动。")
        letter_marks.put(connection, year, key, wanted, reason, stamp)
        audit.record(connection, stamp, ON_RECORD[wanted], f"letter/{'/'.join(key)}", account=account, reason=reason)
        if wanted == "hold":
            count = letter_marks.hold(connection, year, key)
            return Outcome("done", f"已记为写成后待放行；已在待发的 {count} 封不再自动发出。")
        waiting = letter_marks.awaiting(connection, year, key)
        moot = untrue(connection, [one.id for one in waiting], stamp.as_of)
        settled(connection, sorted(moot), LetterEvent.LAPSE, detail=MOOT)
        owed = [one for one in waiting if one.id not in moot]
        now = addresses.present(connection, {one.recipient for one in owed}, day_of(stamp.as_of))
        letter_marks.release(connection, [(one.id, now.get(one.recipient, one.address)) for one in owed])
        said = f"{len(moot)} 封情况已变，不再发送。" if moot else ""
        return Outcome("done", f"已放行；等待放行的 {len(owed)} 封转为待发。{said}")


def remark(
    database: Database, year: int, number: int, words: str, stamp: Stamp, *, account: int | None = None
) -> Outcome:
    """Add a person's words to one letter that waits, for its release or an address; "" takes them away again.

    The audit says that it was done, never the words. A letter that is written anew, with another day, has none.
    """
    with database.write(year) as connection:
        found, said = letter_by_id(connection, number), words_of(connection, number)
        if found is None or said is None or found.year != year:
            return Outcome("refused", f"{year} 年度没有编号为 {number} 的函件。")
        framed = Framed.read(said.framed)
        if framed is None or not takes(cast("Kind", found.kind)):
            return Outcome("refused", "这类函件不能加附言。")
        try:
            added = line(" ".join(words.split()), LONGEST)
        except BadCellError as error:
            return Outcome("refused", f"附言{error.wrong}，请改正。")
        text, html, framed = with_remark(said.text, said.html, framed, added)
        if not reword(connection, number, said._replace(text=text, html=html, framed=framed.kept())):
            return Outcome("refused", "只有待放行、待补邮箱的函件可以加附言。")
        key = (found.phase, found.city, found.attempt, found.recipient, found.kind, found.slot)
        audit.record(connection, stamp, REMARKED, f"letter/{'/'.join(key)}", account=account)
        return Outcome("done", "已写入附言。" if added else "已去掉附言。")


def fits(opened: Opened, key: LetterKey) -> bool:
    """Tell whether a year may have such a letter: its kind in its phase, and to such a recipient."""
    phase, city, attempt, recipient, kind, _ = key
    to = occurrences(opened.book, opened.year).get((cast("Kind", kind), None if phase == ALL else phase), ())
    if recipient == ALL:
        return bool(to)
    cities = {ALL, *(one.slug for one in opened.year.cities)}
    there = city in cities and (attempt == ALL or attempt.isdecimal()) and is_recipient(opened.year, recipient)
    return there and audience_of(recipient) in to


def key_of(typed: str, year: int) -> LetterKey | None:
    """Read a letter's key, with that year or without, as it stands in JSON; None where it is none."""
    match typed.removeprefix(f"{year}/").split("/"):
        case [phase, city, attempt, recipient, kind, slot] if recipient not in {"", ALL}:
            return phase, city, attempt, recipient, kind, slot
    return None
