"""Every route of the application with addresses that are really there, made from the routes themselves.

Who adds a route with a path parameter of a new name is stopped by `test_every_path_parameter_is_known`, and says here
what it names: something of a city's (`OWNED`), the same to everybody (`SHARED`), something only links lead to, with
values that are really there (`LINKED`), or a secret (`SECRET`).
"""

from __future__ import annotations

import html
import re
import secrets
import zlib
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit

from fastapi import UploadFile
from fastapi.routing import APIRoute
from sqlalchemy import select
from sqlmodel import SQLModel

from acts.book import ACTS
from calendars import files
from dashboard.exports.exportable import TABLES
from dashboard.pages.exports import Kind
from dashboard.serving.forgery import SAFE
from dashboard.serving.policy import EVERYONE, Policy
from models.tables.city_drafts import draft_table
from phases.application import SCHOOLS, STUDENTS
from phases.mentor_recommendation import MENTORS
from tests.support.canaries import text_of
from tests.support.crawling import route_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from fastapi import FastAPI
    from fastapi._compat import ModelField
    from fastapi.dependencies.models import Dependant
    from httpx2 import Response

    from dashboard.signing_in.reader import Role
    from phases.stored_sheet import StoredSheet
    from tests.support.window import Browser, Window

YEAR = 2022
A_ROUTE = 2
"""So many addresses of a route are looked at beside those that are made from its parameters."""

NOWHERE = "0" * 43

Values = tuple[str, ...]


def _ids(table: str, owner: str, prefix: str = "") -> Callable[[Window, str], Values]:
    def of(window: Window, city: str) -> Values:
        found = SQLModel.metadata.tables[table]
        query = select(found.c.id).where(found.c[owner] == prefix + city).order_by(found.c.id.desc()).limit(3)
        with window.database.read() as connection:
            return tuple(map(str, connection.execute(query).scalars()))

    return of


def _rows(sheet: StoredSheet, column: str) -> Callable[[Window, str], Values]:
    def of(window: Window, city: str) -> Values:
        table = draft_table(sheet)
        query = select(table.c[column]).where(table.c.year == YEAR, table.c.city == city).order_by(table.c.line)
        with window.database.read() as connection:
            return tuple(map(str, connection.execute(query.limit(2)).scalars()))

    return of


OWNED: Mapping[str, Callable[[Window, str], Values]] = {
    "city": lambda _window, city: (city,),
    "letter": _ids("letter", "recipient", "city:"),
    "contact": _ids("contact", "office"),
    "account": _ids("account", "city"),
    "request": _ids("request", "city"),
    "call": _ids("call", "city"),
    "student": _rows(STUDENTS, "number"),
    "party": _rows(SCHOOLS, "party"),
}
SHARED: Mapping[str, Values] = {
    "year": (str(YEAR),),
    "phase": tuple(phase.slug for phase in files.load(YEAR).phases),
}
PROVINCE_ACTS = tuple(slug for slug, act in ACTS.items() if act.by == "province")
LINKED: Mapping[str, Values] = {"act": PROVINCE_ACTS, "name": tuple(TABLES), "kind": get_args(Kind), "prepared": ("1",)}
"""A made-up one would be 404 to anybody, whatever the route's policy lets through."""

SECRET = frozenset({"token", "link", "word", "mark", "feed", "code"})

FIELDS: Mapping[str, str] = {
    "until": "2022-02-25", "since": "2022-02-01", "last": "2022-02-25", "reason": "理由", "kind": "xlsx",
    "day": "2022-02-01", "relation": "mother", "way": "paper", "wording": "own",
    "role": "city", "name": next(iter(TABLES)), "papers": "form",
}  # fmt: skip
"""What a form's field is sent, where a letter will not do."""

OWNED_FIELDS: Mapping[str, Callable[[Window, str], str]] = {
    "city": lambda _window, city: city,
    "whose": lambda _window, city: city,
    "office": lambda _window, city: city,
    "recipient": lambda _window, city: f"head:{city}",
    "cities": lambda _window, city: city,
    "feed": lambda _window, city: f"digest of {city}",
    "student": lambda window, city: OWNED["student"](window, city)[0],
    "party": lambda window, city: _rows(MENTORS, "party")(window, city)[0],
    "answers": lambda window, city: next(iter(_ids("case_note", "city")(window, city)), "0"),
    "consent": lambda window, city: next(iter(_ids("guardian_consent", "city")(window, city)), "0"),
    "template": lambda window, city: next(iter(_ids("letter_template", "office")(window, city)), "0"),
}
"""Fields of a form that name something of a city's."""


def routes(app: FastAPI) -> list[APIRoute]:
    return [route for route in app.routes if isinstance(route, APIRoute)]


def named(route: APIRoute) -> tuple[str, ...]:
    """The names of a route's path parameters."""
    return tuple(route.param_convertors)


def unknown(app: FastAPI) -> list[str]:
    """Path parameters that nobody has said anything about."""
    known = {*OWNED, *SHARED, *LINKED, *SECRET}
    return [f"{route.path}：{name}" for route in routes(app) for name in named(route) if name not in known]


def roles(route: APIRoute) -> frozenset[Role] | None:
    """Who may use a route: whom every one of its policies lets through; None: anybody."""
    policies = [one.dependency for one in route.dependencies if isinstance(one.dependency, Policy)]
    allowed = [policy.roles for policy in policies if policy.roles is not None]
    return EVERYONE.intersection(*allowed) if allowed else None


def unsafe(route: APIRoute) -> bool:
    return not (route.methods or set()) <= SAFE


def belongs(route: APIRoute) -> bool:
    """Whether a route's address names something of a city's."""
    return any(name in OWNED for name in named(route))


def addresses(window: Window, route: APIRoute, city: str) -> list[str]:
    """The addresses of a route for what belongs to a city; secrets are made up."""
    return _made(route, [_values(window, name, (city,)) for name in named(route)])


def starts(window: Window, app: FastAPI, city: str) -> list[str]:
    """Every address of a page that is made from its parameters, for what belongs to a city."""
    found = [route for route in routes(app) if not unsafe(route) and not {*named(route)} & LINKED.keys()]
    return [address for route in found for address in addresses(window, route, city)]


def foreign(window: Window, route: APIRoute, city: str, other: str) -> list[str]:
    """The addresses of a route that name something of another city's, also where the rest of them is one's own."""
    both = _made(route, [_values(window, name, (other, city)) for name in named(route)])
    own = set(addresses(window, route, city))
    return [address for address in both if address not in own]


def _values(window: Window, name: str, cities: Values) -> Values:
    if name in OWNED:
        return tuple(value for city in cities for value in OWNED[name](window, city))
    return (NOWHERE,) if name in SECRET else {**SHARED, **LINKED}[name]


def _made(route: APIRoute, values: list[Values]) -> list[str]:
    names = named(route)
    chosen = (dict(zip(names, map(_typed(route), names, one), strict=True)) for one in product(*values))
    return [str(route.url_path_for(route.name, **parameters)) for parameters in chosen]


def _typed(route: APIRoute) -> Callable[[str, str], Any]:
    def typed(name: str, value: str) -> Any:  # noqa: ANN401 -- what the path's convertor takes
        return int(value) if type(route.param_convertors[name]).__name__.startswith("Integer") else value

    return typed


def body_of(dependant: Dependant) -> list[ModelField]:
    """The fields of a form that a route reads, and whatever it depends on."""
    return [*dependant.body_params, *(one for inner in dependant.dependencies for one in body_of(inner))]


def form_of(window: Window, route: APIRoute, city: str) -> tuple[dict[str, str], dict[str, Any]]:
    """Fields and files that a route's form may well carry, about something of a city's."""
    fields, uploads = {"reason": "理由", "until": "2022-02-25"}, {}
    for parameter in body_of(route.dependant):
        name = parameter.alias
        if UploadFile in {parameter.field_info.annotation, *getattr(parameter.field_info.annotation, "__args__", ())}:
            uploads[name] = ("表.xlsx", b"no workbook")
        elif name in OWNED_FIELDS:
            fields[name] = OWNED_FIELDS[name](window, city)
        elif name == "once":
            fields[name] = secrets.token_urlsafe(18)
        else:
            fields[name] = FIELDS.get(name, _first(parameter.field_info.annotation))
    return fields, uploads


def _first(annotation: object) -> str:
    """One of the words that a field may hold, where there are only some; a figure, which is a text too, else."""
    words = get_args(annotation) if get_origin(annotation) is Literal else ()
    return str(words[0]) if words else "1"


def names_a_city(route: APIRoute) -> bool:
    fields = {parameter.alias for parameter in body_of(route.dependant)}
    return belongs(route) or bool(fields & OWNED_FIELDS.keys())


@dataclass
class Walk:
    """What one reader was answered, by address."""

    answers: dict[str, Response] = field(default_factory=dict)

    def texts(self) -> Iterator[tuple[str, str]]:
        for address, answer in self.answers.items():
            yield address, text_of(answer.content)


@dataclass(frozen=True)
class KeptWalk:
    """The same for as long as a run takes: what could be read, packed, and nothing else that a client keeps of it."""

    statuses: Mapping[str, int]
    packed: Mapping[str, bytes]

    @classmethod
    def of(cls, walked: Walk) -> KeptWalk:
        packed = {address: zlib.compress(text.encode(errors="surrogatepass"), 1) for address, text in walked.texts()}
        return cls({address: answer.status_code for address, answer in walked.answers.items()}, packed)

    def texts(self) -> Iterator[tuple[str, str]]:
        for address, packed in self.packed.items():
            yield address, zlib.decompress(packed).decode(errors="surrogatepass")

    def shown(self, app: FastAPI) -> set[str | None]:
        """The routes that gave something."""
        return {route_of(app, address) for address, status in self.statuses.items() if status < 400}


def walk(browser: Browser, starts: Iterable[str], *, follow: bool = True) -> Walk:
    """Go to each address, and on to where the pages lead."""
    app: FastAPI = browser.app  # type: ignore[assignment]  # which the client takes for any
    done, counts = Walk(), dict[str, int]()
    waiting = list(dict.fromkeys(starts))
    known = set(waiting)
    while waiting:
        address = waiting.pop(0)
        answer = browser.get(address)
        done.answers[address] = answer
        for link in links(answer) if follow else ():
            route = route_of(app, link) or link
            if link not in known and counts.get(route, 0) < A_ROUTE:
                known.add(link)
                counts[route] = counts.get(route, 0) + 1
                waiting.append(link)
    return done


def links(answer: Response) -> list[str]:
    """The addresses of our own that a page leads to."""
    if not answer.headers.get("content-type", "").startswith("text/html"):
        return []
    found = map(html.unescape, re.findall(r'(?:href|src|hx-get)="([^"]+)"', answer.text))
    inside = (link for link in found if link.startswith("/") and not link.startswith(("//", "/static/")))
    return [parts.path + (f"?{parts.query}" if parts.query else "") for parts in map(urlsplit, inside)]
