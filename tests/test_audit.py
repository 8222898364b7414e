"""`make audit` tells what is known to be wrong from what nobody could be asked about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import audit

SOUND = {"name": "jinja2", "version": "3.1.6", "vulns": []}
WRONG = SOUND | {"vulns": [{"id": "PYSEC-1", "fix_versions": ["3.1.7"]}, {"id": "PYSEC-2", "fix_versions": []}]}


def test_nothing_known_is_told_from_nobody_asked() -> None:
    assert audit.report([SOUND]) == (0, "所带的 1 个包没有已知的漏洞。")
    assert audit.report([SOUND, WRONG]) == (
        1, "jinja2 3.1.6：PYSEC-1，3.1.7修复\njinja2 3.1.6：PYSEC-2，尚无版本修复"
    )  # fmt: skip
    assert audit.report(None) == audit.report([]) == (2, audit.UNASKED)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (None, None),
        ('{"dependencies": [{"name": "jinja2", "version": "3.1.6", "vulns": []}]}', [SOUND]),
        ('{"dependencies": [{"name": "jinja2", "skip_reason": "Dependency not found on PyPI"}]}', None),
    ],
)
def test_a_package_that_the_service_does_not_know_was_not_asked_about(
    monkeypatch: pytest.MonkeyPatch, said: str | None, found: object
) -> None:
    monkeypatch.setattr(audit, "uv", lambda *_: said)
    assert audit.asked(Path("shipped.txt"), "pypi") == found
