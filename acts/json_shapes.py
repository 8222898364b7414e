"""What other programs are told of what happened, in the words they rely on: the command line's JSON and the API's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from acts.signatures import mover
from letters.addressee import in_text

if TYPE_CHECKING:
    from datetime import datetime

    from forms.workbook_rows import RowError
    from models.histories import PastMove
    from models.letterbox import KeptLetter
    from models.outbox import LetterRow
    from season.outcome import Changes, Outcome

TZ = ZoneInfo("Asia/Shanghai")


def log_entry(row: PastMove) -> dict[str, Any]:
    """One transition of `talent log --json`."""
    return {
        "phase": row.phase,
        "city": row.city,
        "seq": row.seq,
        "event": row.event,
        "from": row.before,
        "to": row.after,
        "refused": row.refused,
        "attempt": row.attempt,
        "by": mover(row),
        "at": _local(row.at),
        "as_of": _local(row.as_of),
        "reason": row.reason,
    }


def letter_entry(row: KeptLetter) -> dict[str, Any]:
    """One letter of `talent letters list --json`; what does not apply is null."""
    key = "/".join(map(str, (row.year, row.phase, row.city, row.attempt, row.recipient, row.kind, row.slot)))
    return {
        "id": row.id,
        "key": key,
        "kind": row.kind,
        "phase": _applies(row.phase),
        "city": _applies(row.concerns),
        "to": row.recipient,
        "slot": _applies(row.slot),
        "state": row.state,
        "queued_as_of": _local(row.queued_as_of),
        "sent_at": _local(row.sent_at) if row.sent_at else None,
        "subject": row.subject,
    }


def forecast_entry(year: int, row: LetterRow) -> dict[str, Any]:
    """One letter of `talent letters forecast --json`: with its words, for it is nowhere else."""
    return {
        "key": "/".join((str(year), *row.key)),
        "kind": row.kind,
        "phase": _applies(row.phase),
        "city": _applies(row.concerns),
        "to": row.recipient,
        "slot": _applies(row.slot),
        "state": row.state,
        "leaves_at": _local(row.leaves_at) if row.leaves_at else None,
        "subject": row.subject,
        "text": in_text(row.text, row.addressee),
    }


def _local(at: datetime) -> str:
    return at.astimezone(TZ).isoformat()


def _applies(part: str) -> str | None:
    return None if part == "*" else part


def outcome_json(outcome: Outcome, *, preview: bool) -> dict[str, Any]:
    """An act's answer with its report card, its row errors and what it changed, or in a preview would change."""
    return {
        "outcome": outcome.outcome,
        "message": outcome.message,
        "dry_run": preview,
        "rules": [finding.as_json() for finding in outcome.verdict.findings] if outcome.verdict else None,
        "errors": [error_json(error) for error in outcome.errors],
        "warnings": [error_json(warning) for warning in outcome.warnings],
        "changes": changes_json(outcome.changes),
    }


def error_json(error: RowError) -> dict[str, Any]:
    """One row error for a program: a stable code, the place, the words."""
    return {
        "code": error.code,
        "sheet": error.sheet,
        "row": error.row,
        "column": error.column,
        "found": error.found,
        "message": error.sentence,
    }


def changes_json(changes: Changes) -> dict[str, list[dict[str, Any]]]:
    """Log rows, letters and later due days."""
    return {
        "transitions": [
            {
                "phase": move.after.phase,
                "city": move.after.city,
                "event": str(move.event),
                "from": str(move.before.state),
                "to": str(move.after.state),
                "attempt": move.after.attempt,
                "refused": move.refused,
                "reason": move.reason,
            }
            for move in changes.transitions
        ],
        "letters": [
            {"kind": one.kind, "phase": one.phase, "city": one.concerns, "to": one.recipient, "subject": one.subject}
            for one in changes.letters
        ],
        "extensions": [
            {"phase": one.phase, "city": one.city, "cause": one.cause, "until": one.until.isoformat()}
            for one in changes.extensions
        ],
    }
