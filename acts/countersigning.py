"""What is prepared by one account and signed by another (经办—签批), where the office asks for that.

Docs: docs/decisions/0063-two-hands.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.errors import TalentError
from gates.states import Event

if TYPE_CHECKING:
    from collections.abc import Collection

    from acts.act import Act, Filled

PUBLISH = "publish"
"""What stands for the approval that publishes results; every other matter is an act's slug."""


class NeedsSecondHand(TalentError):
    """办理这件事须经签批：请在页面上经办，由另一位管理员签批后办理。"""


def needs_second_hand(act: Act, filled: Filled, two_hands: Collection[str]) -> bool:
    """Tell whether one account alone may not do this; `two_hands` are the matters of `TALENT_COUNTERSIGNED`."""
    publishes = act.event is Event.APPROVE and filled.phase is not None and filled.phase.province == "results"
    return (PUBLISH if publishes else act.slug) in two_hands
