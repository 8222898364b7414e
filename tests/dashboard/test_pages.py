"""A page is one module with its template named like it; what it has besides stands in a folder of that name."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2] / "dashboard"
TEMPLATES = ROOT / "templates"
SHARED = ("layouts", "parts")
"""What pages extend, and what several of them show."""


def named(source: str) -> set[str]:
    """Give the templates that a module names."""
    texts = (one.value for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Constant))
    return {text for text in texts if isinstance(text, str) and text.endswith(".html")}


def foreign(page: str, source: str) -> set[str]:
    """Give the templates a page's module names that are not called like it."""
    return {one for one in named(source) if one != f"{page}.html" and not one.startswith(f"{page}/")}


def _modules() -> dict[str, str]:
    """Every page and panel by the name of its template, with its source; and what tells of failures."""
    found = {path.stem: path for path in [*(ROOT / "pages").glob("*.py"), ROOT / "serving/failures.py"]}
    found |= {f"panels/{path.stem}": path for path in (ROOT / "panels").glob("*.py")}
    return {name: path.read_text("utf-8") for name, path in found.items()}


def test_a_page_shows_templates_of_its_own_name() -> None:
    assert {name: found for name, source in _modules().items() if (found := foreign(name, source))} == {}


def test_every_template_is_some_pages() -> None:
    there = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    own = {one for one in there if not one.startswith(SHARED)}
    assert own == {one for source in _modules().values() for one in named(source)}


def test_a_template_of_another_name_would_be_seen() -> None:
    source = 'page("phases.html")\npage("phases/city.html")\npage("cities.html" if live else "parts/when.html")\n'
    assert foreign("phases", source) == {"cities.html", "parts/when.html"}
