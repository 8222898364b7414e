"""No rule's sentence invites anyone to alter data: it asks to check against the facts."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator

import pytest

from phases.book import BOOK
from phases.definition import PhaseDefinition
from tests.support.inviting import INVITING

INVITATIONS = (
    "请更正排名或改为审核不通过",
    "请去掉或调整分数线",
    "请核减 500 元",
    "请改评其他等级，或由市级补报到校记录",
    "请更正到场情况或取消入选",
    "请将 1 人改为自筹",
    "请更正年级、学科",
)
"""What an earlier release said."""


def said(phase: PhaseDefinition) -> Iterator[str]:
    """Every piece of a sentence in the module of a phase: what its rules, its form and its letters are made of."""
    tree = ast.parse(inspect.getsource(sys.modules[f"phases.{phase.slug.replace('-', '_')}"]))
    yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


@pytest.mark.parametrize("phase", BOOK.phases.values(), ids=list(BOOK.phases))
def test_no_sentence_of_a_phase_invites_to_alter_data(phase: PhaseDefinition) -> None:
    sentences = list(said(phase))
    assert any("请" in one for one in sentences)
    assert [one for one in sentences if INVITING.search(one)] == []


@pytest.mark.parametrize("sentence", INVITATIONS)
def test_an_invitation_is_seen(sentence: str) -> None:
    assert INVITING.search(sentence)


def test_what_asks_to_check_is_none() -> None:
    assert not INVITING.search("请按学校出具的证明核对，确不符合条件的，市级审核填“不通过”；金额据实更正")
