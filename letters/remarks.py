"""附言: what a person adds to a letter that is written and waits, at the end of its own words. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from markupsafe import Markup

from phases.letter_kinds import LETTER_KINDS

if TYPE_CHECKING:
    from letters.framed import Framed
    from phases.letter_kinds import Kind

IN_TEXT = re.compile(r"　　附言：.*\n+\Z")
IN_HTML = re.compile(r"<!--remark-->.*<!--/remark-->\n")
CLOSE = "<!--/body-->"
PARAGRAPH = Markup('<!--remark--><p style="margin:0 0 12px;text-indent:2em">附言：{}</p><!--/remark-->\n')


def takes(kind: Kind) -> bool:
    """Tell whether a letter of that kind may have one: none of the office's own, and none that certifies something."""
    row = LETTER_KINDS[kind]
    return not row.certifies and row.offices != ("province",) and row.of_year != ("province",)


def written(text: str) -> str:
    """Give what was added to a letter with this text; "" where nothing was."""
    found = re.search(r"(?m)^　　附言：(.*)$", text)
    return found[1] if found else ""


def with_remark(text: str, html: str, framed: Framed, words: str) -> tuple[str, str, Framed]:
    """Give text, html and frame of a letter with these words, one line, in the place of what was added before.

    "" takes that away. The html stays as it is where its frame has no marks.
    """
    own = IN_TEXT.sub("", text[framed.begin : framed.end])
    if words:
        own = own.rstrip("\n") + f"\n　　附言：{words}\n"
    rewritten = text[: framed.begin] + own + text[framed.end :]
    plain = IN_HTML.sub("", html)
    added = plain.replace(CLOSE, f"{PARAGRAPH.format(words)}{CLOSE}", 1) if words else plain
    return rewritten, added, replace(framed, end=framed.begin + len(own))
