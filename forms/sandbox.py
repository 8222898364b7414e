"""Workbooks are read in a process apart: a hostile or a large one takes neither the memory nor the time of this one.

The process (`forms.confined`) is started at the first workbook and kept for the next ones. It is killed when it
takes longer than 10 s of a processor or 30 s of time, and another takes its place after that or after a crash. Safe to
call from several threads.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from forms.carried import Task, reading_of, unmarked
from forms.definitions import AskedSheet, Form
from forms.unpacked import Cell
from forms.workbook_rows import Reading, nothing

FILE_SIZE = 5 * 2**20  # bytes
MEMBERS = 200
WALL = 30.0  # seconds
_REPLY = 64 * 2**20  # bytes of an answer
_ROOT = Path(__file__).resolve().parents[1]
_INSIDE = "import sys; sys.path.append(sys.argv[1]); from forms.confined import main; main()"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # old .xls, and what wraps an encrypted .xlsx
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

_SAVE = "请用 Excel 或 WPS 另存为 .xlsx 后重新上传"
_TEMPLATE = "请把内容填入系统下发的空白模板后重新上传"
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "file.unreadable": ("文件打不开", "请确认文件存在、不是文件夹，且有读取权限"),
    "file.empty": ("文件是空的", _SAVE),
    "file.too-large": ("文件超过 5 MB", _TEMPLATE),
    "file.old-format": ("文件是旧版 .xls 格式", _SAVE),
    "file.encrypted": ("文件设有打开密码", "请取消密码后重新上传"),
    "file.not-workbook": ("文件不是 Excel 报送表（.xlsx）", _SAVE),
    "file.macros": ("文件带有宏（.xlsm）", _SAVE),
    "file.members": ("文件内的部件超过 200 个", _TEMPLATE),
    "file.inflated": ("文件解压后超过 50 MB", _TEMPLATE),
    "file.too-large-sheet": ("工作表的内容或占用的区域过大", "请删去表格以外的内容和格式，或把内容填入空白模板"),
    "file.part": ("文件内缺少“{part}”这一部件", "请在 Excel 或 WPS 中重新打开、另存后上传"),
    "file.damaged": ("文件已损坏或不完整", "请在 Excel 或 WPS 中重新打开、另存后上传"),
    "file.too-costly": ("解析文件超出了时间或内存限制", _TEMPLATE),
}


def read(source: Path | bytes, form: Form[AskedSheet], whose: Mapping[str, str] = MappingProxyType({})) -> Reading:
    """Read a workbook of the form as a year asks it; `whose` says which workbook a sheet of another form is of.

    A hostile, broken or foreign file is a reading with one error and no rows. RuntimeError, which says where in the
    program, is a defect of ours.
    """
    data = _bytes(source)
    code = "file.unreadable" if data is None else _plainly_wrong(data)
    answer: dict[str, Any] = {"refused": code} if code or data is None else _process.ask(data, form, whose)
    if "defect" in answer:
        raise RuntimeError(answer["defect"])
    if "refused" in answer:
        return _refused(form, answer["refused"], answer.get("part", ""))
    return reading_of(answer, form)


def typed(source: Path | bytes, form: Form[AskedSheet]) -> dict[str, dict[int, dict[str, Cell]]] | None:
    """Give the rows of a workbook by sheet key and line as they were typed, none judged; None where it is refused."""
    data = _bytes(source)
    if data is None or _plainly_wrong(data):
        return None
    answer = _process.ask(data, form, {}, typed=True)
    if "defect" in answer:
        raise RuntimeError(answer["defect"])
    return {key: dict(rows) for key, rows in answer["typed"].items()} if "typed" in answer else None


def _refused(form: Form[AskedSheet], code: str, part: str) -> Reading:
    wrong, right = _REFUSALS[code]
    shown = "".join(mark if mark.isprintable() else "?" for mark in part[:80])
    return nothing(form, code, wrong.format(part=shown), right)


def _bytes(source: Path | bytes) -> bytes | None:
    """At most one byte more than is allowed, None where there is no file to read."""
    if isinstance(source, bytes):
        return source
    if not source.is_file():
        return None
    try:
        with source.open("rb") as stream:
            return stream.read(FILE_SIZE + 1)
    except OSError:
        return None


def _plainly_wrong(data: bytes) -> str | None:
    """What can be told from the bytes as they stand, without parsing any."""
    if not data:
        return "file.empty"
    if len(data) > FILE_SIZE:
        return "file.too-large"
    if data.startswith(_OLE):
        return "file.encrypted" if _ENCRYPTED in data else "file.old-format"
    if not data.startswith(b"PK"):
        return "file.not-workbook"
    # Even listing a directory of a hundred thousand entries takes its time.
    return "file.members" if data.count(b"PK\x01\x02") > MEMBERS else None


class _Process:
    """The process that reads: one at a time, started when needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: subprocess.Popen[bytes] | None = None

    def ask(
        self, data: bytes, form: Form[AskedSheet], whose: Mapping[str, str], *, typed: bool = False
    ) -> dict[str, Any]:
        """The answer to one request; `file.too-costly` where the process did not live to give one."""
        task, wanted = Task(form, whose).packed(), [sheet.name for sheet in (*form.sheets, *form.beside)]
        told = json.dumps({"task": len(task), "size": len(data), "wanted": wanted, "typed": typed}).encode()
        request = b"".join((told, b"\n", task, data))
        with self._lock:
            reply = b""
            try:
                reply = self._exchange(request)
            finally:  # an answer nobody waited for (Ctrl-C) must not become that of the next workbook
                if not reply.endswith(b"\n"):
                    self._stop()
            if not reply.endswith(b"\n"):
                return {"refused": "file.too-costly"}
            answer: dict[str, Any] = json.loads(reply, object_hook=unmarked)
            if answer.get("heavy"):
                self._stop()
        return answer

    def _exchange(self, request: bytes) -> bytes:
        process = self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        watch = threading.Timer(WALL, process.kill)
        watch.daemon = True
        watch.start()
        try:
            process.stdin.write(request)
            process.stdin.flush()
            return process.stdout.readline(_REPLY)
        except OSError:  # it died before it had read all
            return b""
        finally:
            watch.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        if self._running is None or self._running.poll() is not None:
            self._stop()
            self._running = subprocess.Popen(  # nosec B603 # noqa: S603 - this interpreter, our own file
                [sys.executable, "-I", "-c", _INSIDE, str(_ROOT)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                # No secret of ours is in its environment, and Ctrl-C in a terminal is not for it.
                env={name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ},
                start_new_session=True,
            )
        return self._running

    def stop(self) -> None:
        """End the process and wait for it: nothing is left at exit."""
        with self._lock:
            self._stop()

    def _stop(self) -> None:
        process, self._running = self._running, None
        if process is not None:
            process.kill()
            for pipe in _pipes(process):
                with contextlib.suppress(OSError):  # closing flushes, and nobody reads any more
                    pipe.close()
            process.wait()

    def forget(self) -> None:
        """In a forked process: the one that parses belongs to the parent."""
        process, self._running = self._running, None
        self._lock = threading.Lock()
        if process is not None:
            process.returncode = 0
            nowhere = os.open(os.devnull, os.O_RDWR)
            for pipe in _pipes(process):
                os.dup2(nowhere, pipe.fileno())
            os.close(nowhere)


def _pipes(process: subprocess.Popen[bytes]) -> Iterator[IO[bytes]]:
    return (pipe for pipe in (process.stdin, process.stdout) if pipe is not None)


_process = _Process()
atexit.register(_process.stop)
os.register_at_fork(after_in_child=_process.forget)
