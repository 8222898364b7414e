"""What ships, and under which licence: `docs/licences.md` against the lock, the installed metadata and the disk."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

HOUSE = Path(__file__).parents[1]
VENDOR = HOUSE / "dashboard" / "static" / "vendor"
# What may ship inside an Apache-2.0 product; of a choice, the list names the licence that was taken.
ACCEPTED = {
    *("0BSD", "Apache-2.0", "Artistic-1.0-Perl", "BSD-2-Clause", "BSD-3-Clause", "CNRI-Python", "ISC"),
    *("LGPL-3.0-only", "MIT", "MIT-0", "MPL-2.0", "PSF-2.0"),
}


class Line(NamedTuple):
    """A row of a table of the list: the first two columns always, then what that table adds."""

    name: str
    licence: str
    more: str


def listed(heading: str) -> dict[str, Line]:
    part = (HOUSE / "docs" / "licences.md").read_text(encoding="utf-8").split(f"## {heading}\n")[1].split("\n## ")[0]
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in part.splitlines() if row.startswith("|")]
    return {row[0]: Line(*row[:3]) for row in rows[2:]}


def shipped() -> set[str]:
    """Every package of the lock that an installation without the dev group can bring, whatever the platform."""
    lock = tomllib.loads((HOUSE / "uv.lock").read_text(encoding="utf-8"))["package"]
    wanted, found = [("talent-calendar", "")], set[tuple[str, str]]()
    while wanted:
        name, extra = one = wanted.pop()
        if one in found:
            continue
        found.add(one)
        for package in (package for package in lock if package["name"] == name):
            extras = package.get("optional-dependencies", {})
            brought = extras.get(extra, []) if extra else package.get("dependencies", [])
            wanted += [(each["name"], more) for each in brought for more in ("", *each.get("extra", ()))]
    return {name for name, _ in found} - {"talent-calendar"}


def said(name: str) -> str | None:
    """How a package words its licence in its own metadata; None where it is not installed here."""
    try:
        meta = distribution(name).metadata
    except PackageNotFoundError:
        return None
    classified = [line.rsplit(" :: ", 1)[1] for line in meta.get_all("Classifier", []) if line.startswith("License ::")]
    worded = [line for field in ("License-Expression", "License") for line in meta.get_all(field, [])]
    return worded[0].splitlines()[0] if worded else ", ".join(classified)


def test_the_list_is_of_all_that_ships_and_of_nothing_else() -> None:
    assert set(listed("Packages")) == shipped()


def test_each_package_still_says_what_was_read() -> None:
    found = {name: said(name) for name in listed("Packages")}
    assert {name: words for name, words in found.items() if words is not None} == {
        name: line.more for name, line in listed("Packages").items() if found[name] is not None
    }


def test_only_accepted_licences_ship() -> None:
    lines = [*listed("Packages").values(), *listed("Vendored files").values()]
    assert {line.name: line.licence for line in lines if not set(line.licence.split(" AND ")) <= ACCEPTED} == {}


def test_each_vendored_file_has_its_version_its_licence_and_its_text() -> None:
    found = listed("Vendored files")
    names = {path.name for path in VENDOR.iterdir()} - {"SHA256SUMS"}
    assert names == {*found, *(line.more for line in found.values())}
    assert [name for name in found if not re.search(r"-\d+\.\d+\.\d+\.min\.", name)] == []
