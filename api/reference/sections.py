"""The OpenAPI document as its page shows it."""

import json
import re
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

_CODE = re.compile("`([^`]+)`")
SUBJECTS = [
    *("papers", "search", "organisations and people", "topics and the log", "collections", "site", "account"),
    *("marks", "discussion", "submissions", "authors", "moderation"),
]


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str
    type: str
    description: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One operation. `summary` and `description` are HTML, and `body` are the members of the JSON that it takes."""

    id: str
    method: str
    path: str
    summary: SafeString
    description: SafeString
    needs_token: bool
    parameters: list[Parameter]
    body: list[Parameter]


def chapters(document: dict) -> dict[str, dict[str, list[Operation]]]:
    """Returns the operations that read and those that write, by their subjects in the order of SUBJECTS."""
    found: dict[str, dict[str, list[Operation]]] = {"Reading": {}, "Writing": {}}
    rows = [(path, method, row) for path, methods in document["paths"].items() for method, row in methods.items()]
    for path, method, row in sorted(rows, key=lambda row: SUBJECTS.index(row[2]["tags"][0])):
        chapter = found["Reading" if method == "get" else "Writing"]
        chapter.setdefault(row["tags"][0], []).append(_operation(document, path, method, row))
    return found


def _operation(document: dict, path: str, method: str, operation: dict) -> Operation:
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=_html(operation["summary"]),
        description=_html(operation.get("description", "")),
        needs_token={} not in operation["security"],
        parameters=[
            _parameter(row["name"], row["in"], row["schema"] | row, document, row["required"])
            for row in operation["parameters"]
        ],
        body=_body(document, operation),
    )


def _body(document: dict, operation: dict) -> list[Parameter]:
    if "requestBody" not in operation:
        return []
    schema = _resolved(next(iter(operation["requestBody"]["content"].values()))["schema"], document)
    required = schema.get("required", [])
    return [_parameter(name, "body", row, document, name in required) for name, row in schema["properties"].items()]


def _parameter(name: str, place: str, schema: dict, document: dict, is_required: bool) -> Parameter:
    return Parameter(name, place, describe(schema, document), _html(schema.get("description", "")), is_required)


def _html(text: str) -> SafeString:
    """Returns the text with what stands between backticks as code."""
    return mark_safe(_CODE.sub(r"<code>\1</code>", escape(text)))


def _resolved(schema: dict, document: dict) -> dict:
    """The schema, or the one in the components of the document that it refers to."""
    if "$ref" in schema:
        return document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def describe(schema: dict, document: dict) -> str:
    """Returns the type and the limits of a value in words: "integer, 1 to 100, by default 50"."""
    schema = _resolved(schema, document)
    kinds = [_resolved(kind, document) for kind in schema.get("anyOf", [schema])]
    words = [_kind(kind, document) for kind in kinds if kind.get("type") != "null"]
    default = schema.get("default")
    return " or ".join(words) + (f", by default {_value(default)}" if default not in (None, "", []) else "")


def _value(value) -> str:
    """As it is sent: `true`, and texts without quotation marks."""
    return value if isinstance(value, str) else json.dumps(value)


def _kind(schema: dict, document: dict) -> str:
    if "enum" in schema:
        return " or ".join(map(str, filter(None, schema["enum"])))
    if "const" in schema:
        return str(schema["const"])
    words = [schema.get("format", schema.get("type", "any value"))]
    if words == ["array"]:
        words = [f"list of {describe(schema['items'], document)}"]
    if "minimum" in schema or "maximum" in schema:
        words.append(f"{schema.get('minimum', '…')} to {schema.get('maximum', '…')}")
    if "maxLength" in schema:
        words.append(f"at most {schema['maxLength']:,} characters")
    return ", ".join(words)
