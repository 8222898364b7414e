"""A year as one city and one mentor read it: every letter that went to them, in the order in which they left."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from letters.addressee import in_text
from models.letter_states import LetterState
from models.letterbox import listed, own, written_to
from season.recipients import named

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from calendars.year import Year
    from models.letterbox import WordedLetter

HEAD = """# {year} 年度的函件
{city}和该市收函最多的一名导师（{mentor}）在 {year} 年度演练中收到的全部函件，按发出的先后。
同一天的几件合为一封发出。人名、单位都是虚构的。
本页由 `talent rehearse {year} --letters docs/letters.md` 写成，不要手改。
"""


def year_of_letters(connection: Connection, year: Year, city: str) -> str:
    """Give, in Markdown, what a city's office and the mentor of it with the most letters were written in a year."""
    kept = [one for one in listed(connection, year.year, {"concerns": city}) if one.state != LetterState.CANCELLED]
    counts = Counter(one.recipient for one in kept if one.recipient.startswith("mentor:"))
    office, mentor = own(city)[0], max(counts, key=lambda key: (counts[key], key), default="")
    parts = [HEAD.format(year=year.year, city=named(year, office), mentor=named(year, mentor) if mentor else "还没有")]
    for key in filter(None, (office, mentor)):
        sent = [one for one in written_to(connection, year.year, key) if one.state != LetterState.CANCELLED]
        parts.append(f"\n## {named(year, key)}（{len(sent)} 件）\n")
        parts += [f"\n### {one.due_at:%m-%d %H:%M}　{one.subject}\n{_words(one)}" for one in sent]
    return "".join(parts)


def _words(letter: WordedLetter) -> str:
    return f"```text\n{in_text(letter.text, letter.addressee)}```\n"
