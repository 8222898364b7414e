"""The report card of a gate: one finding a rule, and what is left to refuse."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["must", "in-principle"]
Actor = Literal["city", "province", "mentor", "school", "institution"]

ACTORS: Mapping[Actor, str] = {
    "city": "市级管理办公室",
    "province": "省级管理办公室",
    "mentor": "导师",
    "school": "参与中学",
    "institution": "高校、科研院所",
}


@dataclass(frozen=True, slots=True)
class Waived:
    """Who set an in-principle rule aside for one city, phase and attempt, and why."""

    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule found. `numbers` are those in breach: application numbers, mentors, schools.

    They are all of them where somebody else than the city has to mend it, else the first. `mend` is one Chinese
    sentence, empty where the rule holds; it names the first of `numbers` and gives their total.
    """

    rule: str
    clause: str
    kind: Kind
    found: str
    needed: str
    ok: bool
    actor: Actor
    mend: str
    numbers: tuple[str, ...] = ()
    waived: Waived | None = None

    @property
    def refuses(self) -> bool:
        """Whether this finding keeps the phase from passing."""
        return not self.ok and self.waived is None

    def as_json(self) -> dict[str, Any]:
        """One element of `rules` in `talent phase why --json`, with who waived it and why beside it."""
        return {
            "rule": self.rule,
            "clause": self.clause,
            "kind": self.kind,
            "found": self.found,
            "needed": self.needed,
            "ok": self.ok,
            "actor": self.actor,
            "mend": self.mend,
            "numbers": list(self.numbers),
            "waived": self.waived is not None,
            "waived_by": self.waived.by if self.waived else None,
            "waived_reason": self.waived.reason if self.waived else None,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The finding that `as_json` wrote, in whatever release.

        A field that it did not know has its default; one that is no more is left out.
        """
        known = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        waived = Waived(data["waived_by"], data["waived_reason"]) if data["waived"] else None
        return cls(**known | {"numbers": tuple(data["numbers"]), "waived": waived})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings of a phase's gate, in the order of the rules; `phase` is a slug, or "evaluation"."""

    phase: str
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing refuses."""
        return not self.refusals

    @property
    def refusals(self) -> tuple[Finding, ...]:
        """The findings that are neither met nor waived."""
        return tuple(finding for finding in self.findings if finding.refuses)

    def as_json(self) -> dict[str, Any]:
        """A JSON-able dict, for storage and for `--json`: phase, passed, rules."""
        return {
            "phase": self.phase,
            "passed": self.passed,
            "rules": [finding.as_json() for finding in self.findings],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The verdict that `as_json` wrote; `passed` follows from the findings and is not read."""
        return cls(data["phase"], tuple(Finding.from_json(rule) for rule in data["rules"]))
