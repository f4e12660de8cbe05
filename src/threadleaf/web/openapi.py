"""From the operations of the interface to their description in OpenAPI 3.1. Knows no requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import Struct

from threadleaf import __version__
from threadleaf.web import problems
from threadleaf.web.problems import Problem

REFS = "#/components/schemas/{name}"
JSON = "application/json"


class Parameter(Struct, frozen=True, kw_only=True):
    """One value in an address. `type` is its type, with limits as `msgspec.Meta`. What stands in a path is always
    `needed`."""

    name: str
    type: Any
    where: Literal["path", "query"]
    meaning: str
    example: object = None
    needed: bool = False


class Answer(Struct, frozen=True, kw_only=True):
    """What comes back when it went well: a type as JSON, or files of some media types; `headers` with their meaning."""

    status: int = 200
    type: Any = None
    files: tuple[str, ...] = ()
    meaning: str
    headers: Mapping[str, str] = {}


class Operation(Struct, frozen=True, kw_only=True):
    """One thing that a program can ask for. `path` is written as OpenAPI does, `fails` are the problems it may meet."""

    id: str
    method: Literal["get", "post"] = "get"
    path: str
    summary: str
    meaning: str
    parameters: tuple[Parameter, ...] = ()
    body: Any = None
    answers: tuple[Answer, ...]
    fails: tuple[int, ...] = ()


def document(operations: Sequence[Operation], *, origin: str, contact: str) -> dict[str, Any]:
    """The OpenAPI document of a site. `origin` is empty for a personal one; `contact` may be."""
    types = [Problem, *_types(operations)]
    schemas, components = msgspec.json.schema_components(types, ref_template=REFS)
    known = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method] = _operation(operation, known)
    info: dict[str, Any] = {
        "title": "Threadleaf",
        "version": "1",
        "summary": "Threads of social networks as pages: unrolled, read, listed and exported.",
        "description": f"Made by Threadleaf {__version__}. Everything that is read is public and needs no key.",
        "license": {"name": "MIT", "identifier": "MIT"},
    }
    if contact:
        info["contact"] = {"email" if "@" in contact and "/" not in contact else "url": contact}
    return {
        "openapi": "3.1.1",
        "info": info,
        "servers": [{"url": origin or "/"}],
        "paths": paths,
        "components": {"schemas": {name: _plain(schema) for name, schema in components.items()}},
    }


def _types(operations: Sequence[Operation]) -> list[Any]:
    """Every type that is spoken of, once."""
    found: dict[str, Any] = {}
    for operation in operations:
        spoken = (*(one.type for one in operation.answers), *(one.type for one in operation.parameters))
        for type_ in (operation.body, *spoken):
            if type_ is not None:
                found.setdefault(repr(type_), type_)
    return list(found.values())


def _operation(operation: Operation, known: Mapping[str, Any]) -> dict[str, Any]:
    answers = {str(one.status): _answer(one, known) for one in operation.answers}
    for status in operation.fails:
        content = {problems.MEDIA_TYPE: {"schema": known[repr(Problem)]}}
        answers[str(status)] = {"description": problems.KINDS[status].meaning, "content": content}
    told: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.meaning,
        "parameters": [_parameter(one, known) for one in operation.parameters],
        "responses": answers,
    }
    if operation.body is not None:
        told["requestBody"] = {"required": True, "content": {JSON: {"schema": known[repr(operation.body)]}}}
    return told


def _parameter(parameter: Parameter, known: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.needed or parameter.where == "path",
        "description": parameter.meaning,
        "schema": known[repr(parameter.type)],
    }
    return told if parameter.example is None else {**told, "example": parameter.example}


def _answer(answer: Answer, known: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {kind: {} for kind in answer.files}
    if answer.type is not None:
        content[JSON] = {"schema": known[repr(answer.type)]}
    told: dict[str, Any] = {"description": answer.meaning, "content": content}
    if answer.headers:
        told["headers"] = {
            name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in answer.headers.items()
        }
    return told


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with its description on one line."""
    if "description" in schema:
        schema["description"] = " ".join(schema["description"].split())
    return schema
