"""`python -m tests.audit`: what is publicly known to be wrong with the packages that ship, as the lock has them.

It asks a service on the network, so the CI does not run it. Ends with 0 where nothing is known, 1 where something is,
2 where nobody could be asked.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HOUSE = Path(__file__).parents[1]
AUDITOR = "pip-audit>=2.9,<3"
SERVICES = ("pypi", "osv")
SECONDS = 600.0

UNASKED = "没有查成：这台机器问不到漏洞库（pypi.org、api.osv.dev）；请在能上网的机器上运行 make audit。"


def uv(*given: str | Path) -> str | None:
    """What it prints; None where it fails."""
    program = shutil.which("uv") or Path(sys.executable).with_name("uv")
    try:
        made = subprocess.run([program, *given], cwd=HOUSE, capture_output=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return None
    return made.stdout.decode() or None


def asked(shipped: Path, service: str) -> list[dict[str, Any]] | None:
    """What a service says of each package; None where it could not be asked about every one."""
    how = ("--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json")
    said = uv("tool", "run", "--from", AUDITOR, "pip-audit", "-s", service, "-r", shipped, *how)
    if said is None:
        return None
    found: list[dict[str, Any]] = json.loads(said)["dependencies"]
    return None if any("skip_reason" in one for one in found) else found


def report(found: list[dict[str, Any]] | None) -> tuple[int, str]:
    """How it ends, and the words for it."""
    if not found:
        return 2, UNASKED
    wrong = [
        f"{one['name']} {one['version']}：{known['id']}，{'、'.join(known['fix_versions']) or '尚无版本'}修复"
        for one in found
        for known in one["vulns"]
    ]
    return (1, "\n".join(wrong)) if wrong else (0, f"所带的 {len(found)} 个包没有已知的漏洞。")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        shipped = Path(folder) / "shipped.txt"
        uv("export", "--frozen", "--no-dev", "--no-emit-project", "--format", "requirements.txt", "-q", "-o", shipped)
        answers = (asked(shipped, service) for service in SERVICES)
        status, said = report(next((one for one in answers if one is not None), None))
    print(said)  # noqa: T201
    return status


if __name__ == "__main__":
    sys.exit(main())
