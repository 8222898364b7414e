"""A real Postfix in a folder of its own, which hands everything on to the sink."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.ports import free_port

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/mail.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
myhostname = relay.example
smtpd_relay_restrictions = check_recipient_access regexp:{home}/etc/refused, permit_mynetworks, reject
smtpd_client_connection_rate_limit = 0
smtpd_client_connection_count_limit = 0
default_transport = smtp:[127.0.0.1]:{sink}
smtp_tls_security_level = none
smtp_destination_concurrency_limit = 10
alias_maps =
alias_database =
"""
MASTER = """\
{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass(frozen=True)
class Postfix:
    """A running relay: its port, its log, its folder."""

    port: int
    log: Path
    home: Path


def is_here() -> bool:
    return os.geteuid() == 0 and shutil.which("postfix") is not None


@contextmanager
def postfix(sink_port: int, refused: Iterable[str] = ()) -> Iterator[Postfix]:
    """Run a relay until the block ends; only root may, and only where Postfix is installed (`is_here`).

    It takes nothing for the recipients in `refused`.
    """
    home = Path(tempfile.mkdtemp(prefix="talent-postfix-"))
    home.chmod(0o755)  # its processes run as another user
    port = free_port()
    for folder in ("etc", "queue", "data"):
        (home / folder).mkdir()
    shutil.chown(home / "data", "postfix")
    (home / "etc/main.cf").write_text(MAIN.format(home=home, sink=sink_port))
    (home / "etc/refused").write_text("".join(f"/^{re.escape(one)}$/ 550 5.1.1 User unknown\n" for one in refused))
    (home / "etc/master.cf").write_text(MASTER.format(port=port))
    try:
        _postfix(home, "start")
        _wait_for(port)
        yield Postfix(port, home / "mail.log", home)
    finally:
        _postfix(home, "stop")
        shutil.rmtree(home, ignore_errors=True)


def _postfix(home: Path, verb: str) -> None:
    done = subprocess.run(["postfix", "-c", home / "etc", verb], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"postfix {verb}: {done.stderr}")


def drained(home: Path, seconds: float = 60.0) -> bool:
    """Wait until the relay has handed everything on."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        folders = [home / "queue" / name for name in ("maildrop", "incoming", "active", "deferred")]
        if not any(file.is_file() for folder in folders for file in folder.rglob("*")):
            return True
        time.sleep(0.1)
    return False


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("Postfix does not answer")
