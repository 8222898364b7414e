"""What others need for the same messages to the same relay: their words given, nothing claimed, nothing recorded."""

from __future__ import annotations

import asyncio
import pickle
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import aiosmtplib

from letters.addressee import in_html, in_text
from post.message import Outgoing, build

CONNECTIONS = 10
DJANGO = "django>=5.2,<5.3"


def aiosmtplib_pool(port: int, letters: Sequence[Outgoing]) -> float:
    """Seconds of a pool of connections, each letter built with the library when its turn comes."""
    left = iter(letters)

    async def work() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False)
        await client.connect()
        for letter in left:
            await client.send_message(build(letter))
        await client.quit()

    async def all_of_them() -> None:
        await asyncio.gather(*(work() for _ in range(CONNECTIONS)))

    begun = perf_counter()
    asyncio.run(all_of_them())
    return perf_counter() - begun


def django(port: int, letters: Sequence[Outgoing]) -> float | None:
    """Seconds of Django's `send_messages`, in an environment of its own made by uv; None where it cannot be had."""
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        return None
    fields = [
        {
            "subject": letter.subject,
            "body": in_text(letter.text, letter.addressee),
            "html": in_html(letter.html, letter.addressee),
            "from": letter.sender,
            "to": letter.recipient,
            "id": letter.message_id,
            "attachments": [(one.name, one.content, one.type.partition(";")[0]) for one in letter.attachments],
        }
        for letter in letters
    ]
    with TemporaryDirectory() as folder:
        given = Path(folder) / "letters.pickle"
        given.write_bytes(pickle.dumps(fields))
        script = Path(__file__).with_name("django_script.py")
        command = [uv, "run", "--quiet", "--no-project", "--python", sys.executable, "--with", DJANGO, str(script)]
        done = subprocess.run([*command, str(port), str(given)], capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr.strip().splitlines()[-1:], file=sys.stderr)
        return None
    return float(done.stdout)


def smtp_source(port: int, letters: Sequence[Outgoing], size: int) -> float | None:
    """Seconds of Postfix's own load generator, in C, of messages of the same size that it never builds."""
    source = shutil.which("smtp-source") or shutil.which("smtp-source", path="/usr/sbin")
    if source is None:
        return None
    many = ["-d", "-s", str(CONNECTIONS), "-m", str(len(letters)), "-l", str(size)]
    begun = perf_counter()
    subprocess.run([source, *many, f"127.0.0.1:{port}"], check=True)
    return perf_counter() - begun
