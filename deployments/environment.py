"""The environment of the Prefect processes: what was measured to be needed; what the office set stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calendars.errors import TalentError
from models import secret_files
from settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LOOPBACK = "127.0.0.1"
USER = "talent"
ALIVE = "worker.alive"
"""The file in Prefect's home that the worker touches as long as it is not stuck, whatever database and server do."""

HEARTBEAT_SECONDS = 30
"""How often a run says that it lives."""


class UnfitSignIn(TalentError):
    """Prefect 的登录口令 {path} 用不了（{reason}）；请停下 talent up，删去这个文件再启动，会另生成一个。"""


def prefect_environment(given: Mapping[str, str], home: Path, port: int, auth: str) -> dict[str, str]:
    """Give the whole environment of server, worker and runs; what `given` already says stands.

    `home` is an absolute folder, `auth` is `user:password`.
    """
    api, beat = given.get("PREFECT_API_URL", f"http://{LOOPBACK}:{port}/api"), given.get("TALENT_BEAT_SECONDS")
    return {
        **_defaults(home, api, port, auth),
        **_worker(float(beat or Settings.model_fields["beat_seconds"].default)),
        **given,
        **_direct(given),
    }


def _direct(given: Mapping[str, str]) -> dict[str, str]:
    """Have no proxy that this machine goes out by stand between what runs on it."""
    named = given.get("no_proxy") or given.get("NO_PROXY") or ""
    hosts = ",".join(filter(None, (named, "localhost", LOOPBACK)))
    return {"no_proxy": hosts, "NO_PROXY": hosts}


def _worker(beat: float) -> dict[str, str]:
    """Have the worker look often enough for the beat, and no further ahead: a run that waits takes up room."""
    seconds = str(min(10.0, beat / 5))
    return {"PREFECT_WORKER_QUERY_SECONDS": seconds, "PREFECT_WORKER_PREFETCH_SECONDS": seconds}


def _defaults(home: Path, api: str, port: int, auth: str) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_API_URL": api,
        "PREFECT_API_AUTH_STRING": auth,
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
        # Each schedule that is read is held against the names of all zones: in the package a list, else 600 files.
        "PYTHONTZPATH": "",
        # Open to nobody by default: no login and CORS `*` are what Prefect itself starts with.
        "PREFECT_SERVER_API_HOST": LOOPBACK,
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_API_AUTH_STRING": auth,
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://{LOOPBACK}:{port}",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
        "PREFECT_UI_API_URL": "/api",
        # Unpacked beside its code it would be by default, where a service may not write.
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        # A whole year of moments is shown; of the runs a minute apart, the next twenty.
        "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_SCHEDULED_TIME": "P400D",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_SCHEDULED_TIME": "PT20M",
        "PREFECT_SERVER_SERVICES_SCHEDULER_MIN_RUNS": "20",
        # Marking what is late writes for all of them at once: on SQLite nobody else gets to write for minutes.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        # The programme's own log is the record: runs may go after a month.
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(30 * 24 * 3600),
        "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": str(HEARTBEAT_SECONDS),
    }


def auth_string(given: Mapping[str, str], home: Path) -> str:
    """Give the sign-in of the server, `user:password`: what the office has set, else a secret of this machine's own.

    That one stands in `auth` in the server's home, made on first use, readable by its owner alone. Raise `UnfitSignIn`.
    """
    named = given.get("PREFECT_SERVER_API_AUTH_STRING") or given.get("PREFECT_API_AUTH_STRING")
    return named or _own_secret(home / "auth")


def _own_secret(path: Path) -> str:
    """Never an empty one: with that Prefect's server asks nobody who they are."""
    try:
        if not secret_files.there(path):
            secret_files.make(path, f"{USER}:")
        path.chmod(0o600)
        found = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是纯文本"
        raise UnfitSignIn(path=path, reason=reason) from error
    if not all(found.partition(":")):
        raise UnfitSignIn(path=path, reason="里面没有“用户:口令”")
    return found
