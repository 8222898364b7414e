"""docs/operating.md followed to the letter on a Debian of its own that boots systemd: `make proof-installing`.

Every `sh` block of its pages on installing and upgrading is run as it stands there; what is looked at afterwards is
printed as a table. Needs root, and Debian's `mmdebstrap` and `systemd-container`; the machine is a folder, and goes.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
HERE = Path(__file__).parents[1]
PAGE = HERE / "docs" / "operating.md"
NEEDED = ("mmdebstrap", "systemd-nspawn", "nsenter", "git")
BEFORE = "142e9eb3"
"""A release that an office may come from."""

BASE = "systemd,systemd-sysv,dbus,ca-certificates,curl,openssl,procps"
PATIENCE = 300.0
REGISTRIES = ("PIP_", "UV_", "SSL_CERT", "CURL_CA", "REQUESTS_CA")
"""How this machine reaches its package registries is no part of the page, and goes with it."""

FETCH = (
    "curl --silent --show-error --fail --cacert /etc/ssl/talent/fullchain.pem --resolve talent.example:443:127.0.0.1"
)
READY = f"{FETCH} https://talent.example/readyz"
CERTIFICATE = """
install -d /etc/ssl/talent
openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=talent.example -addext subjectAltName=DNS:talent.example -days 3 \\
  -keyout /etc/ssl/talent/privkey.pem -out /etc/ssl/talent/fullchain.pem 2>/dev/null
"""
EMPTIED = """
systemctl stop talent
runuser -u postgres -- dropdb talent
runuser -u postgres -- createdb --owner talent --template template0 --encoding UTF8 talent
rm -r /var/lib/talent/var
"""


def blocks(heading: str) -> list[str]:
    """Give what a section of the page has one run, block by block."""
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"```sh\n(.*?)```", section, re.DOTALL)


@dataclass
class Machine:
    """A Debian in a folder; while it is on, `leader` is its first process."""

    root: Path
    leader: int | None = None
    seen: list[tuple[str, bool, str]] = field(default_factory=list)

    def make(self) -> None:
        """Put the system there, the program's files, and how packages are had."""
        sources = [str(path) for path in Path("/etc/apt").glob("sources.list*") if path.is_file()]
        sources += [str(path) for path in Path("/etc/apt/sources.list.d").glob("*")]
        suite = re.findall(r"VERSION_CODENAME=(\w+)", Path("/etc/os-release").read_text(encoding="utf-8"))[0]
        run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={BASE}", suite, str(self.root), *sources)
        program = str(self.root / "opt" / "talent")
        run("git", "clone", "--quiet", str(HERE), program)
        run("git", "-C", program, "checkout", "--quiet", "--detach")
        for name in ("etc/pip.conf", "etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
            if (own := Path("/", name)).exists():
                shutil.copy(own, self.root / name)

    def off(self, script: str) -> None:
        """Run a script in it while it is off, with this machine's network."""
        known = {name: value for name, value in os.environ.items() if name.startswith(REGISTRIES)}
        said = " ".join([*known.values(), *_text("/etc/pip.conf").split()])
        folders = {one for one in re.findall(r"(?:file://)?(/[\w./-]+)", said) if Path(one).is_dir()}
        own = {f"/{'/'.join(Path(one).parts[1:3])}" for one in folders if not one.startswith(("/etc", "/usr", "/tmp"))}
        told = [f"--setenv={name}={value}" for name, value in known.items()]
        binds = [f"--bind-ro={one}" for one in sorted(own)]
        inside = ("bash", "-euxc", f"export DEBIAN_FRONTEND=noninteractive\n{script}")
        nspawn = ("systemd-nspawn", "--quiet", f"--directory={self.root}", "--register=no", "--keep-unit", "--as-pid2")
        run(*nspawn, "--pipe", *told, *binds, *inside)

    @contextmanager
    def on(self) -> Iterator[None]:
        """Switch it on, with a network of its own; off at the end."""
        command = ("systemd-nspawn", "--quiet", f"--directory={self.root}", "--register=no", "--keep-unit")
        with (self.root.parent / "console").open("ab") as console:
            booted = subprocess.Popen(
                (*command, "--private-network", "--boot", "--console=pipe"),
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
            )  # fmt: skip
            try:
                self.leader = _until(lambda: _child_of(booted.pid))
                _until(lambda: self.said("systemctl is-system-running").stdout.strip() in {"running", "degraded"})
                yield
            finally:
                self.leader = None
                booted.terminate()
                booted.wait()

    def said(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a script in it while it is on, as root signs in."""
        clean = ("env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root")
        command = ("nsenter", "--all", f"--target={self.leader}", *clean, "LANG=C.UTF-8", "bash", "-euc", script)
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def does(self, script: str, words: Mapping[str, str] | None = None) -> None:
        """Follow a block of the page, its words in the reader's place filled in; what fails ends the proof."""
        for word, value in (words or {}).items():
            assert word in script, word
            script = script.replace(word, value)
        say(re.sub(r"^", "  # ", script.strip(), flags=re.MULTILINE))
        if (done := self.said(script)).returncode != 0:
            raise SystemExit(f"{done.stdout}{done.stderr}\nthe page does not work: {done.args[-1]}")

    def see(self, what: str, script: str, expected: str = "", patience: float = PATIENCE) -> None:
        """Look until a script ends well and says what matches; put it into the table."""
        began, done = time.monotonic(), self.said(script)
        while not (held := done.returncode == 0 and bool(re.search(expected, done.stdout))):
            if time.monotonic() - began > patience:
                break
            time.sleep(1)
            done = self.said(script)
        took = time.monotonic() - began
        said = f"{took:.0f} s" if held else (done.stdout + done.stderr).strip()[-600:]
        self.seen.append((what, held, said))
        say(f"{'holds' if held else 'FAILS'}  {what}  {said}")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def run(*command: str) -> None:
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def installed(machine: Machine) -> None:
    """Follow the page on installing; then look whether what it promises is there, and comes back by itself."""
    program, *steps, gateway, check = blocks("安装")
    machine.off(program)
    with machine.on():
        for step in steps:
            machine.does(step)
        machine.see("the first link is in the journal", "journalctl --unit talent", "https://talent.example/welcome/")
        machine.does(CERTIFICATE + gateway)
        machine.see("the pages answer through the gateway", READY)
        machine.see(
            "http leads to https",
            "curl --silent --head --resolve talent.example:80:127.0.0.1 http://talent.example/",
            "308",
        )
        machine.see("schedules are made, on PostgreSQL", "talent doctor | cat", "部署 +正常")
        machine.see("no other reads the settings", "! runuser -u nobody -- cat /var/lib/talent/.env")
        machine.see("the unit's exposure is at most 3", "systemd-analyze security talent | tail -1", r": [0-2]\.\d")
        machine.see(
            "nobody but the gateway listens to others",
            "ss --no-header -ltn '! src 127.0.0.1 and ! src [::1]'",
            r"\A(\S+ +\S+ +\S+ +\S+:(80|443)\b.*\n)*\Z",
        )
        machine.see("what doctor finds can be mended", f"({check}) || true", "talent city set")
        machine.does("systemctl kill --signal KILL talent")
        machine.see("killed, it comes back", READY, patience=120)
        machine.see("it stops within 15 s", "timeout 15 systemctl stop talent", patience=0)
    with machine.on():
        machine.see("switched on again, it runs by itself", READY)


def upgraded(machine: Machine) -> None:
    """Come from an earlier release by the page, and go back to it by the page."""
    upgrade, back = blocks("升级")
    now = (machine.root / "opt" / "talent" / ".git" / "HEAD").read_text(encoding="ascii").strip()
    program = blocks("安装")[0].partition("UV_NO_DEV")
    older = f"git -C /opt/talent checkout --quiet {BEFORE}\n{program[1]}{program[2]}"
    machine.off(f"git config --global --add safe.directory /opt/talent\n{older}")
    with machine.on():
        machine.does(EMPTIED + "talent db upgrade\ntalent year open 2027\nsystemctl start talent")
        machine.see("the earlier release runs", READY)
        machine.does("talent status > /var/before")
        head, _, tail = upgrade.partition("UV_NO_DEV")
        machine.does(head, {"新版本": now})
    machine.off("UV_NO_DEV" + tail.partition("talent db upgrade")[0])
    with machine.on():
        machine.does("systemctl stop talent\ntalent db upgrade\nsystemctl start talent")
        machine.see("upgraded, it runs", READY)
        machine.see("and its matrix is what it was", "talent status | diff /var/before - && echo same", "same")
        machine.see("doctor speaks of this version", "talent doctor | cat", "数据库 +正常")
        earliest = "$(ls -t /var/lib/talent/var/backups/*.backup | tail -1)"
        head, _, tail = back.partition("UV_NO_DEV")
        machine.does(head, {"旧版本": BEFORE})
    machine.off("UV_NO_DEV" + tail.partition("talent db restore")[0])
    with machine.on():
        machine.does(
            "systemctl stop talent\ntalent db restore" + tail.partition("talent db restore")[2], {"备份文件": earliest}
        )
        machine.see("gone back, it runs", READY)
        machine.see("with what it had", "talent status | diff /var/before - && echo same", "same")


def contained(machine: Machine) -> None:
    """Do what the Dockerfile says, on the Debian it is of, and run what its container runs."""
    file = (HERE / "deployments" / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    for step in re.findall(r"^RUN (.*)$", file, re.MULTILINE):
        machine.off(step)
    path, command = (
        re.findall(r"^ENV PATH=(\S+)", file, re.MULTILINE)[0],
        re.findall(r"CMD (\[.*\])$", file, re.MULTILINE),
    )
    healthy, runs = (shlex.join(json.loads(one)) for one in command)
    inside = f"export PATH={path} LANG=C.UTF-8; cd /srv/talent; "
    with machine.on():
        machine.does(f"{inside} setpriv --reuid talent --regid talent --init-groups {runs} > /srv/log 2>&1 &")
        machine.see("the image's container is healthy", f"{inside} {healthy}")
        machine.see("and says the first link", "cat /srv/log", "/welcome/")
        machine.see(
            "talent is on its path",
            f"{inside} setpriv --reuid talent --clear-groups talent doctor | cat",
            "数据库 +正常",
        )
        machine.see("its report has type to be set in", "ls /usr/share/fonts/opentype/noto", "NotoSerifCJK")


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8") if Path(path).exists() else ""


def _child_of(process: int) -> int | None:
    found = _text(f"/proc/{process}/task/{process}/children").split()
    return int(found[0]) if found else None


def _until(ask: Callable[[], T]) -> T:
    """Ask until the answer is one."""
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        assert time.monotonic() < end
        time.sleep(0.5)
    return answer


def main() -> int:
    if missing := [name for name in NEEDED if shutil.which(name) is None]:
        raise SystemExit(f"needs {', '.join(missing)}: apt-get install mmdebstrap systemd-container")
    if os.geteuid() != 0:
        raise SystemExit("needs root: it makes and boots a machine of its own")
    with ExitStack() as ends:
        folder = Path(tempfile.mkdtemp(prefix="talent-machine-", dir="/var/tmp"))
        ends.callback(shutil.rmtree, folder, ignore_errors=True)
        office, container = Machine(folder / "debian"), Machine(folder / "image")
        office.make()
        installed(office)
        upgraded(office)
        container.make()
        contained(container)
    seen = office.seen + container.seen
    failed = [what for what, held, _ in seen if not held]
    say(f"\n{len(seen) - len(failed)} of {len(seen)} hold")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
