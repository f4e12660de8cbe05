"""The page about the interface for programs, made from its own OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from markupsafe import Markup, escape

from threadleaf.web import assets, problems, shell

_REF = "#/components/schemas/"


def page(document: Mapping[str, Any], *, indexable: bool) -> str:
    """The page. `document` is what `openapi.document` made; `indexable` says whether search engines may list it."""
    return shell.page(
        "api.html",
        operations=list(_operations(document)),
        types=list(_types(document)),
        problems=[
            {"name": kind.name, "status": status, "title": kind.title, "meaning": _marked(kind.meaning)}
            for status, kind in problems.KINDS.items()
        ],
        names={str(status): kind.name for status, kind in problems.KINDS.items()},
        style=assets.url("api.css"),
        indexable=indexable,
    )


def _operations(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            yield {
                "id": told["operationId"],
                "call": f"{method.upper()} {path}",
                "summary": told["summary"],
                "meaning": _marked(told["description"]),
                "parameters": [_parameter(one) for one in told["parameters"]],
                "body": _content(told.get("requestBody", {})),
                "answers": [
                    {"status": status, "meaning": _marked(answer["description"]), "content": _content(answer)}
                    for status, answer in told["responses"].items()
                    if status < "4"
                ],
                "problems": [status for status in told["responses"] if status >= "4"],
            }


def _parameter(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "name": told["name"],
        "where": told["in"],
        "type": _type(told["schema"]),
        "meaning": _marked(told["description"]),
        "example": str(told.get("example", "")),
    }


def _content(told: Mapping[str, Any]) -> Markup:
    """Media types with what they hold."""
    return Markup(", ").join(
        Markup("<code>{}</code> {}").format(kind, _type(held["schema"]))
        if held
        else Markup("<code>{}</code>").format(kind)
        for kind, held in told.get("content", {}).items()
    )


def _types(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name, schema in document["components"]["schemas"].items():
        required = schema.get("required", ())
        yield {
            "name": name,
            "meaning": _marked(schema.get("description", "")),
            "fields": [
                {"name": field, "type": _type(told), "required": field in required}
                for field, told in schema.get("properties", {}).items()
            ],
        }


def _type(schema: Mapping[str, Any]) -> Markup:
    """A schema in a few words; those with a name are linked."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(_REF)
        return Markup('<a href="#{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" | ").join(map(_type, schema["anyOf"]))
    if "enum" in schema:
        return Markup(" | ").join(Markup("<code>{}</code>").format(_value(value)) for value in schema["enum"])
    if "prefixItems" in schema:
        return Markup("[{}]").format(Markup(", ").join(map(_type, schema["prefixItems"])))
    if schema.get("type") == "array":
        return Markup("[{}]").format(_type(schema["items"]))
    return escape(schema.get("format") or schema.get("type") or "any")


def _value(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _marked(text: str) -> Markup:
    """Text in which words between backticks are code."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if place % 2 else escape(part) for place, part in enumerate(parts)
    )
