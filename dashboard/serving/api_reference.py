"""The API's document, and its page: what may be asked, what is to be sent, what comes back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.routing import BaseRoute

TITLE = "省后备人才培养计划工作管理系统 接口"
VERSION = "1"
METHODS = ("get", "post")


@dataclass(frozen=True, slots=True)
class DocumentedField:
    """Something to be sent: where (`path`, `query`, `header`, `body`), its name, its shape, what it means."""

    where: str
    name: str
    shape: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that may be asked. `answers` are statuses with what each means."""

    method: str
    path: str
    title: str
    says: str
    fields: tuple[DocumentedField, ...]
    answers: tuple[tuple[str, str], ...]

    @property
    def anchor(self) -> str:
        """Its place on the page."""
        return f"{self.method}{self.path}".replace("/", "-").replace("{", "").replace("}", "")


def document(routes: Sequence[BaseRoute], root: str) -> dict[str, Any]:
    """Give the OpenAPI document of the routes under a root."""
    ours = [route for route in routes if str(getattr(route, "path", "")).startswith(f"{root}/")]
    return get_openapi(title=TITLE, version=VERSION, routes=ours)


def operations(document: Mapping[str, Any]) -> Iterator[Operation]:
    """Give each operation of a document, in its order."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield _operation(document, method.upper(), path, methods[method])


def _operation(document: Mapping[str, Any], method: str, path: str, said: Mapping[str, Any]) -> Operation:
    sent = tuple(
        DocumentedField(
            one["in"], one["name"], shape(document, one["schema"]), one["required"], one.get("description", "")
        )
        for one in said.get("parameters", ())
    )
    answers = tuple((status, one.get("description", "")) for status, one in sorted(said["responses"].items()))
    fields = (*sent, *_body(document, said))
    return Operation(method, path, said.get("summary", ""), said.get("description", ""), fields, answers)


def _body(document: Mapping[str, Any], said: Mapping[str, Any]) -> Iterator[DocumentedField]:
    content = said.get("requestBody", {}).get("content", {})
    schema = _followed(document, content.get("application/json", {}).get("schema", {}))
    for name, one in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield DocumentedField("body", name, shape(document, one), required, one.get("description", ""))


def _followed(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for step in schema["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        schema = found
    return schema


def shape(document: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """Say a schema in a word or two: `string`, `date`, `a | b`, `[string]`, `integer | null`."""
    schema = _followed(document, schema)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "anyOf" in schema:
        return " | ".join(shape(document, one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{shape(document, schema['items'])}]"
    return str(schema.get("format") or schema.get("type") or "any")
