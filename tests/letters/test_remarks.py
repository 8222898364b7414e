"""附言: it stands at the end of a letter's own words, once, in both its bodies, and in the envelope that it shares."""

from __future__ import annotations

from calendars import files
from letters.envelope import Part, compose
from letters.occurrences import occurrences
from letters.remarks import takes, with_remark, written
from letters.render import Rendered, render
from letters.specimens import specimen
from phases.book import BOOK
from phases.letter_kinds import LETTER_KINDS, Kind

YEAR = files.load(2022)
PLACES = {kind: (phase, whom[0]) for (kind, phase), whom in occurrences(BOOK, YEAR).items() if whom and takes(kind)}
HOSTILE = "<b>请注意</b>&\"'{{ 1 }}\\1"


def letter(kind: Kind) -> Rendered:
    phase, audience = PLACES[kind]
    return render(specimen(BOOK, YEAR, kind, phase, audience, YEAR.city("yancheng")))


def added(made: Rendered, words: str) -> Rendered:
    assert made.framed is not None
    text, html, framed = with_remark(made.text, made.html, made.framed, words)
    return Rendered(made.subject, text, html, framed)


def test_nobody_adds_to_what_certifies_something_or_is_the_province_s_own() -> None:
    assert set(LETTER_KINDS) - set(PLACES) == {
        "question", "digest", "approval-needed", "appointment", "result", "amended", "test-letter",
    }  # fmt: skip


def test_it_is_added_replaced_and_taken_away_in_both_bodies() -> None:
    for kind in PLACES:
        plain = letter(kind)
        once = added(plain, "旧的话")
        twice = added(once, HOSTILE)
        assert plain.framed is not None
        assert twice.framed is not None
        assert twice.text.count("附言") == twice.html.count("附言：") == 1, kind
        assert "&lt;b&gt;请注意&lt;/b&gt;" in twice.html
        assert written(twice.text) == HOSTILE
        assert twice.text[twice.framed.begin : twice.framed.end].endswith(f"附言：{HOSTILE}\n")
        none = added(twice, "")
        assert (none.text.split(), none.html, written(none.text)) == (plain.text.split(), plain.html, ""), kind


def test_it_is_in_the_message_that_it_shares_with_another() -> None:
    one, other = added(letter("nudge"), "请今天回电"), letter("reminder")
    parts = [Part("nudge", one.subject, one.text, one.html, framed=one.framed)]
    parts.append(Part("reminder", other.subject, other.text, other.html, framed=other.framed))
    message = compose(parts, "省办 <a@b.example>")
    assert (message.text.count("附言：请今天回电"), message.html.count("附言：请今天回电")) == (1, 1)
