from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import confined, sandbox
from forms.carried import Task
from forms.workbook_rows import Reading
from tests.support.books import FORMS, book, packed, parts, read, sample

pytestmark = pytest.mark.slow  # real processes or a real relay: seconds, not milliseconds

ROOT = Path(__file__).parents[2]
GOOD = book(sample("interview"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
MEGABYTE = 2**20
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
HEAD = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TAIL = b"</sheetData></worksheet>"


def with_parts(changes: Mapping[str, bytes]) -> bytes:
    return packed({**parts(GOOD), **changes})


def without(name: str) -> bytes:
    return packed({other: part for other, part in parts(GOOD).items() if other != name})


def protected() -> bytes:
    """A zip whose members say that they are encrypted."""
    target = io.BytesIO(GOOD)
    with zipfile.ZipFile(target) as archive:
        offsets = [member.header_offset + 6 for member in archive.infolist()]
    data = bytearray(GOOD)
    for offset in offsets:
        data[offset] |= 1
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        data[at + 8] |= 1
        at = data.find(b"PK\x01\x02", at + 4)
    return bytes(data)


def lying(true_size: int, told: int) -> bytes:
    """A bomb whose directory says that it is small."""
    honest = with_parts({SHEET: b" " * true_size})
    return honest.replace(true_size.to_bytes(4, "little"), told.to_bytes(4, "little"))


def overlapping() -> bytes:
    """Many entries of the directory that share the bytes of one member."""
    data = with_parts({"xl/a.xml": b" " * MEGABYTE})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for number in range(100):
            twin = zipfile.ZipInfo(f"xl/{number}.xml")
            real = archive.getinfo("xl/a.xml")
            for name in ("header_offset", "CRC", "compress_size", "file_size", "compress_type"):
                setattr(twin, name, getattr(real, name))
            archive.filelist.append(twin)
        target = io.BytesIO(data)
        with zipfile.ZipFile(target, "a") as written:
            written.filelist[:] = archive.filelist
            written._didModify = True  # type: ignore[attr-defined]
    return target.getvalue()


def two_cells(far: bytes) -> bytes:
    """A sheet of one cell at A1 and one far away."""
    row = far.lstrip(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    near = b'<row r="1"><c r="A1"><v>1</v></c></row>'
    return with_parts({SHEET: HEAD + near + b'<row r="%b"><c r="%b"><v>1</v></c></row>' % (row, far) + TAIL})


def echoing() -> bytes:
    """One long string, shown in a hundred thousand cells."""
    head = HEAD.replace(b"worksheet", b"sst").removesuffix(b"<sheetData>")
    strings = head + b"<si><t>%b</t></si></sst>" % (b"a" * 32_000)
    cells = (b"<row>" + b'<c t="s"><v>0</v></c>' * 20 + b"</row>") * 5_000
    return with_parts({STRINGS: strings, SHEET: HEAD + cells + TAIL})


def bitten() -> bytes:
    """A workbook with one byte of a sheet gone wrong."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET) + 20
    return GOOD[:at] + bytes([GOOD[at] ^ 255]) + GOOD[at + 1 :]


def with_macros() -> bytes:
    types = parts(GOOD)["[Content_Types].xml"]
    return with_parts({"[Content_Types].xml": types.replace(b"sheet.main", b"sheet.macroEnabled.main")})


HOSTILE: Mapping[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "file.empty"),
    "text": ("报名号,姓名\n".encode, "file.not-workbook"),
    "page": (lambda: b"<html></html>", "file.not-workbook"),
    "old": (lambda: OLE, "file.old-format"),
    "password": (lambda: OLE + "EncryptedPackage".encode("utf-16-le"), "file.encrypted"),
    "encrypted members": (protected, "file.encrypted"),
    "another zip": (lambda: packed({"word/document.xml": b"<a/>"}), "file.not-workbook"),
    "binary workbook": (lambda: packed({"xl/workbook.bin": b""}), "file.not-workbook"),
    "macros": (lambda: with_parts({"xl/vbaProject.bin": b"x"}), "file.macros"),
    "macro type": (with_macros, "file.macros"),
    "half": (lambda: GOOD[: len(GOOD) // 2], "file.damaged"),
    "tail cut": (lambda: GOOD[:-30], "file.damaged"),
    "only a name": (lambda: b"PK", "file.damaged"),
    "bitten": (bitten, "file.damaged"),
    "no xml": (lambda: with_parts({"xl/workbook.xml": b"\xff\xfe\0"}), "file.damaged"),
    "a part that is not there": (lambda: without(SHEET), "file.part"),
    "no book": (lambda: without("xl/workbook.xml"), "file.not-workbook"),
    "two parts of one name": (lambda: with_parts({"xl/Styles.XML": b"<a/>"}), "file.damaged"),
    "a DTD": (lambda: with_parts({"xl/styles.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "file.damaged"),
    "too large": (lambda: GOOD + b"\0" * 5 * MEGABYTE, "file.too-large"),
    "too many": (lambda: with_parts({f"xl/{n}.xml": b"" for n in range(200)}), "file.members"),
    "bomb": (lambda: with_parts({SHEET: b" " * 51 * MEGABYTE}), "file.inflated"),
    "bomb in parts": (lambda: with_parts({f"xl/{n}.xml": b" " * 6 * MEGABYTE for n in range(9)}), "file.inflated"),
    "bomb beside": (lambda: with_parts({"xl/media/image.png": b" " * 51 * MEGABYTE}), "file.inflated"),
    "lying bomb": (lambda: lying(60 * MEGABYTE + 5, 77), "file.damaged"),
    "overlap": (overlapping, "file.inflated"),
    "markup": (lambda: with_parts({SHEET: HEAD + b"<row/>" * 3_000_000 + TAIL}), "file.too-large-sheet"),
    "wide and deep": (lambda: two_cells(b"ZZ9000"), "file.too-large-sheet"),
    "wider and deeper": (lambda: two_cells(b"ZZ90000"), "file.too-large-sheet"),
    "all of Excel": (lambda: two_cells(b"XFD1048576"), "file.too-large-sheet"),
    "one string again and again": (echoing, "file.too-costly"),
}


def codes(reading: Reading) -> list[str]:
    return [error.code for error in reading.errors]


@pytest.fixture(autouse=True)
def _warm() -> None:
    assert codes(read(GOOD, "interview")) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_with_one_clear_error(name: str) -> None:
    make, code = HOSTILE[name]
    data = make()
    reading = read(data, "interview")
    assert (codes(reading), reading.rows) == ([code], {"interviews": ()})
    assert reading.errors[0].sentence.endswith("。")
    assert codes(read(GOOD, "interview")) == []


def test_a_path_that_is_no_file_is_refused(tmp_path: Path) -> None:
    assert codes(read(tmp_path, "interview")) == codes(read(tmp_path / "none.xlsx", "interview")) == ["file.unreadable"]
    large = tmp_path / "large.xlsx"
    with large.open("wb") as stream:
        stream.truncate(10**12)
    assert codes(read(large, "interview")) == ["file.too-large"]


@given(st.data())
def test_a_damaged_workbook_never_raises(data: st.DataObject) -> None:
    bad = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 8))):
        bad[data.draw(st.integers(0, len(bad) - 1))] = data.draw(st.integers(0, 255))
    assert set(read(bytes(bad), "interview").rows) == {"interviews"}


def test_a_lying_directory_gains_nothing_inside_either() -> None:
    told = confined._members(with_parts({SHEET: b" " * 100}))
    assert len(told[SHEET]) == 100
    with pytest.raises(zipfile.BadZipFile):
        confined._members(lying(60 * MEGABYTE + 5, 77))


def test_every_refusal_has_words() -> None:
    assert {code for _, code in HOSTILE.values()} | {"file.unreadable"} == set(sandbox._REFUSALS)


def pid() -> int:
    running = sandbox._process._running
    assert running is not None
    return running.pid


def test_one_process_serves_many_workbooks() -> None:
    before = pid()
    for _ in range(5):
        read(GOOD, "interview")
    assert pid() == before


def test_the_process_may_use_little_and_knows_nothing_of_ours() -> None:
    limits = Path(f"/proc/{pid()}/limits").read_text()
    environment = Path(f"/proc/{pid()}/environ").read_bytes().split(b"\0")
    rows = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert (rows["Max address space"], rows["Max file size"]) == (str(512 * MEGABYTE), "0")
    assert {name.partition(b"=")[0] for name in environment} <= {b"", b"PATH", b"LD_LIBRARY_PATH", b"LC_CTYPE"}


def test_the_process_imports_only_what_parsing_needs() -> None:
    heavy = "('pydantic', 'prefect', 'sqlmodel', 'xlsxwriter', 'openpyxl', 'forms.definitions')"
    code = f"import sys, forms.confined; print([name for name in {heavy} if name in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == "[]\n"


def test_a_process_that_takes_too_long_is_killed_and_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "WALL", 0.2)
    stopped = pid()
    os.kill(stopped, signal.SIGSTOP)
    assert codes(read(GOOD, "interview")) == ["file.too-costly"]
    monkeypatch.undo()
    assert codes(read(GOOD, "interview")) == []
    assert not Path(f"/proc/{stopped}").exists()


def test_a_process_that_died_meanwhile_is_replaced() -> None:
    dead = pid()
    os.kill(dead, signal.SIGKILL)
    while sandbox._process._running and sandbox._process._running.poll() is None:
        time.sleep(0.001)
    assert codes(read(GOOD, "interview")) == []
    assert not Path(f"/proc/{dead}").exists()


def test_a_process_whose_memory_is_in_pieces_is_not_used_again() -> None:
    before = pid()
    assert codes(read(with_parts({"docProps/app.xml": b"<a>" + b" " * 9 * MEGABYTE + b"</a>"}), "interview")) == []
    assert codes(read(GOOD, "interview")) == []
    assert pid() != before


def test_an_answer_nobody_waited_for_is_not_given_to_the_next() -> None:
    interrupted, before = pid(), signal.signal(signal.SIGALRM, signal.default_int_handler)
    os.kill(interrupted, signal.SIGSTOP)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    with pytest.raises(KeyboardInterrupt):
        read(packed({}), "interview")
    signal.signal(signal.SIGALRM, before)
    with contextlib.suppress(ProcessLookupError):
        os.kill(interrupted, signal.SIGCONT)
    assert codes(read(GOOD, "interview")) == []
    assert not running(interrupted)


def test_threads_and_coroutines_share_one_process() -> None:
    expected, before = read(GOOD, "interview"), pid()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, [GOOD] * 40, ["interview"] * 40)) == [expected] * 40

    async def together() -> list[Reading]:
        return await asyncio.gather(*(asyncio.to_thread(read, GOOD, "interview") for _ in range(20)))

    assert (asyncio.run(together()), pid()) == ([expected] * 20, before)


def test_a_fork_has_a_process_of_its_own() -> None:
    before = pid()
    if (child := os.fork()) == 0:
        with contextlib.suppress(BaseException):
            fine = codes(read(GOOD, "interview")) == [] and pid() != before
            sandbox._process.stop()
            os._exit(0 if fine else 1)
        os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert (codes(read(GOOD, "interview")), pid()) == ([], before)


def outlived(ending: str) -> bool:
    """Whether the process is still there 5 s after a program that read a workbook has ended so."""
    program = f"""
        import os, signal, sys
        from calendars.files import load
        from forms import sandbox
        from forms.template import render
        from phases.book import BOOK
        sandbox.read(render(BOOK.form("interview", load(2022)), load(2022)), BOOK.form("interview", load(2022)))
        print(sandbox._process._running.pid, flush=True)
        {ending}
    """
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(program)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.stderr == ""
    limit = time.monotonic() + 5
    while (left := running(int(ended.stdout))) and time.monotonic() < limit:
        time.sleep(0.01)
    return left


def running(process: int) -> bool:
    """Whether it runs: an orphan that has ended waits as a zombie until this machine's init looks."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_nothing_is_left_when_the_program_ends(ending: str) -> None:
    assert not outlived(ending)


def test_a_process_that_was_stopped_is_started_again() -> None:
    sandbox._process.stop()
    assert codes(read(GOOD, "interview")) == []


def test_a_slow_workbook_does_not_hold_up_the_event_loop() -> None:
    beats, data = 0, echoing()

    async def page() -> None:
        nonlocal beats
        reading = asyncio.create_task(asyncio.to_thread(read, data, "interview"))
        while not reading.done():
            beats += 1
            await asyncio.sleep(0.005)

    asyncio.run(page())
    assert beats > 10


def test_a_defect_of_ours_says_where_it_is_and_nothing_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("a child's name")

    monkeypatch.setattr("forms.reading.judged", broken)
    answer = confined._answer(GOOD, [], Task(FORMS["interview"], {}).packed(), typed=False)
    assert re.fullmatch(r"ValueError in broken, test_sandbox\.py:\d+", answer["defect"])
