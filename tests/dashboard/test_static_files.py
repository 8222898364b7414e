from __future__ import annotations

from hashlib import sha256

import pytest

from dashboard.serving.rendering import STATIC, static
from tests.support.window import Window

VENDOR = STATIC / "vendor"
LINES = [line.split() for line in (VENDOR / "SHA256SUMS").read_text(encoding="ascii").splitlines()]
SUMS = {name: digest for digest, name in LINES}
TEXTS = sorted(str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.suffix in {".css", ".js", ".svg"})


def test_what_others_wrote_is_as_it_came() -> None:
    shipped = {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS"}
    assert {name for name in shipped if name.endswith((".css", ".js"))} <= set(SUMS)
    assert {name: sha256((VENDOR / name).read_bytes()).hexdigest() for name in SUMS} == SUMS


@pytest.mark.parametrize("name", TEXTS)
def test_it_is_sent_packed_and_kept_for_a_year(window: Window, name: str) -> None:
    browser = window.as_(None)
    packed, plain = browser.get(static(name)), browser.get(static(name), headers={"accept-encoding": "identity"})
    assert packed.content == plain.content == (STATIC / name).read_bytes()
    assert (packed.headers["content-encoding"], "content-encoding" in plain.headers) == ("gzip", False)
    for answer in (packed, plain):
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.headers["content-type"] == plain.headers["content-type"]


def test_a_first_paint_waits_for_no_script(window: Window) -> None:
    head = window.as_(None).get("/sign-in").text.split("</head>")[0]
    scripts = [tag for tag in head.split("<")[1:] if tag.startswith("script")]
    assert [tag for tag in scripts if " defer>" not in tag] == []
    assert scripts != []


def test_a_file_that_is_not_there_is_not_kept(window: Window) -> None:
    answer = window.as_(None).get("/static/nothing.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")
