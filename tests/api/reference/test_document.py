"""The OpenAPI document says of every operation what a program has to know to call it."""

import json

import pytest
from jsonschema import Draft202012Validator

from api.reference.document import build
from api.reference.sections import describe

METHODS = {"get", "post"}
BOUNDS = {"enum", "const", "maxLength", "maximum", "format", "pattern", "$ref"}


@pytest.fixture(scope="module")
def document() -> dict:
    return json.loads(json.dumps(build()))


@pytest.fixture(scope="module")
def operations(document) -> dict[str, dict]:
    return {
        f"{method} {path}": operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def test_it_is_served_and_names_the_site_its_licence_and_its_version(db, client, settings):
    found = client.get("/api/openapi.json").json()
    assert (found["openapi"], found["info"]["title"]) == ("3.1.0", "Broadsheet")
    assert found["info"]["license"]["identifier"] == "Apache-2.0"
    assert found["servers"] == [{"url": settings.BASE_URL}]
    assert "/api/agent-harnesses" in found["paths"]


def test_every_operation_has_a_name_of_its_own_a_summary_and_a_subject(operations):
    names = [operation["operationId"] for operation in operations.values()]
    assert len(names) == len(set(names))
    wrong = [name for name, row in operations.items() if not (row.get("summary") and len(row.get("tags", [])) == 1)]
    assert wrong == []


def test_every_parameter_says_what_it_means_and_what_it_may_be(operations, document):
    wrong = []
    for name, operation in operations.items():
        for row in operation["parameters"]:
            kinds = [kind.get("items", kind) for kind in row["schema"].get("anyOf", [row["schema"]])]
            is_bounded = all(kind.get("type") in ("null", "boolean") or kind.keys() & BOUNDS for kind in kinds)
            if not (is_bounded and row.get("description")):
                wrong.append(f"{name}: {row['name']}")
    assert wrong == []


def test_every_error_is_documented_by_the_same_schema(operations, document):
    for name, operation in operations.items():
        errors = {int(status) for status in operation["responses"] if int(status) >= 400}
        assert errors >= {400, 401, 403, 404, 429, 503} | (set() if name.startswith("get") else {409, 413}), name
    for response in document["components"]["responses"].values():
        assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_what_everybody_may_read_needs_no_token(operations):
    assert {} in operations["get /api/agent-harnesses"]["security"]
    assert {method for name in operations for method in [name.split()[0]]} <= METHODS


def test_its_schemas_are_schemas(document, operations):
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for operation in operations.values():
        for row in operation["parameters"]:
            Draft202012Validator.check_schema(row["schema"])


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 100, "default": 50}, "integer, 1 to 100, by default 50"),
        ({"anyOf": [{"type": "string", "maxLength": 1200}, {"type": "null"}]}, "string, at most 1,200 characters"),
        ({"enum": ["", "hot", "votes"], "default": ""}, "hot or votes"),
        ({"type": "array", "items": {"type": "string", "format": "date"}}, "list of date"),
        ({"$ref": "#/components/schemas/Row"}, "object"),
    ],
)
def test_a_type_in_words(schema, words):
    assert describe(schema, {"components": {"schemas": {"Row": {"type": "object"}}}}) == words
