"""The OpenAPI document: what ninja writes of the operations, and what holds for every one of them."""

from http import HTTPStatus

from django.conf import settings
from django.urls import reverse
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from api import rates
from api.contract import api

_LICENCE = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
_DESCRIPTION = (
    "The papers, lists, people and comments of this site, as the Hub's papers API has them and with more fields. "
    "Times are in UTC and end in Z. What a page hides from you, the API hides, too."
)
# The errors that any operation may answer, and those that only operations have that change something.
_ALWAYS = {
    400: "A parameter, the address or the body cannot be read. The message says which one, and why.",
    401: "The token does not exist, was revoked or has expired; or the operation needs one.",
    403: "You may not do this, or not with this token.",
    404: "Not found, or you may not see it.",
    429: "There were too many requests. Retry-After says after how many seconds to go on.",
    503: "The site has too much to do. Retry-After says after how many seconds to try again.",
}
_ON_CHANGES = {
    409: "It has changed meanwhile: read it again. Or the Idempotency-Key was sent with another request before.",
    413: "The body is too long.",
}
_OF_PAPERS = {410: "Moderators have removed this paper. The message says why."}
_EXAMPLES = {
    400: "limit: This must be at most 100.",
    401: "This access token does not exist here, or it was revoked.",
    403: "This access token lacks the scope “vote”. It has: read.",
    404: "This paper is not on this site.",
    409: "This Idempotency-Key was sent with another request. Use a new key for each request.",
    410: "Moderators have removed this paper: It was submitted twice.",
    413: HTTPStatus.REQUEST_ENTITY_TOO_LARGE.phrase,
    429: "Too many requests from you or your network. The header Retry-After says when to go on.",
    503: "The site could not answer in time. Try again in a moment.",
}
_TOKEN = {
    "bearerFormat": "hf_ and 36 letters and digits",
    "description": "An access token, which people make in their settings: `Authorization: Bearer hf_…`",
}
_LINK = {
    "description": 'The address of the next page, if there is one: <…>; rel="next"',
    "schema": {"type": "string", "pattern": r'^<https?://\S+>; rel="next"$'},
}
_WAIT = {"description": "After how many seconds to try again.", "schema": {"type": "integer", "minimum": 0}}
_ERROR_HEADERS = {
    401: {"WWW-Authenticate": {"description": "How to say who you are.", "schema": {"const": "Bearer"}}},
    429: {"Retry-After": _WAIT},
    503: {"Retry-After": _WAIT},
}
_MERGED = {
    "description": "Moderators have merged this paper into another one.",
    "headers": {"Location": {"description": "The corresponding address of that paper.", "schema": {"type": "string"}}},
}
_HEADERS = {
    "RateLimit": ('How many requests are left, and for how many seconds: "api";r=499;t=1', r'^"api";r=\d+;t=\d+$'),
    "RateLimit-Policy": (
        "How many requests are allowed in how many seconds: "
        + ", ".join(f"{limit.amount:,} {who}" for limit, who in rates.SCOPES.items()),
        r'^"fixed window";"api";q=\d+;w=\d+$',
    ),
}
ERRORS = _ALWAYS | _ON_CHANGES | _OF_PAPERS
_ERROR = {
    "type": "object",
    "title": "Error",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "What is wrong, in words that help."}},
}


class _Document(OpenAPISchema):
    """What ninja writes, with the members of answers under the names that they have in JSON."""

    def responses(self, operation: Operation) -> dict:
        operation.by_alias = True
        return super().responses(operation)


def build() -> dict:
    """Returns the document of this site, as plain data."""
    document = _Document(api, reverse(f"{api.urls_namespace}:api-root"))
    document["info"] |= {"description": _DESCRIPTION, "license": _LICENCE}
    document["servers"] = [{"url": settings.BASE_URL}]
    document["externalDocs"] = {"url": f"{settings.BASE_URL}/api", "description": "The same as a page"}
    components = document["components"]
    components["schemas"]["Error"] = _ERROR
    components["responses"] = {_name(status): _error(status, text) for status, text in ERRORS.items()}
    components["securitySchemes"]["Access"] |= _TOKEN
    components["headers"] = {
        name: {"description": text, "schema": {"type": "string", "pattern": pattern}}
        for name, (text, pattern) in _HEADERS.items()
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _complete(method, operation)
            _add_errors(method, operation, is_of_paper="{ref}" in path)
    return document


def _complete(method: str, operation: dict) -> None:
    """Add the headers to an operation, and let its summary be the first sentence of its description."""
    text = " ".join(operation.pop("description", "").split())
    summary, _, rest = text.partition(". ")
    operation["summary"] = summary.rstrip(".")
    if rest:
        operation["description"] = rest
    operation["security"] = [row for row in ({}, {"Access": []}) if row in operation["security"]]
    for parameter in operation["parameters"]:
        _simplify(parameter)
    for response in operation["responses"].values():
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in _HEADERS}
        if any(parameter["name"] == "cursor" for parameter in operation["parameters"]):
            response["headers"]["Link"] = _LINK
    if method == "get":
        operation["responses"][304] = {"description": "It is as it was when it had the ETag in If-None-Match."}


def _add_errors(method: str, operation: dict, *, is_of_paper: bool) -> None:
    statuses = [*_ALWAYS, *([] if method == "get" else _ON_CHANGES)]
    if method == "get" and is_of_paper:
        operation["responses"][301] = _MERGED
        statuses += _OF_PAPERS
    for status in statuses:
        operation["responses"][status] = {"$ref": f"#/components/responses/{_name(status)}"}


def _simplify(parameter: dict) -> None:
    """Say that a parameter may be missing by that alone: an address has no null."""
    schema = parameter["schema"]
    kinds = [kind for kind in schema.pop("anyOf", []) if kind != {"type": "null"}]
    if len(kinds) > 1:
        schema["anyOf"] = kinds
    elif kinds:
        parameter["schema"] = schema = kinds[0] | schema
    if "description" in schema:
        parameter["description"] = schema.pop("description")


def _name(status: int) -> str:
    return HTTPStatus(status).name.title().replace("_", "")


def _error(status: int, description: str) -> dict:
    body = {"schema": {"$ref": "#/components/schemas/Error"}, "example": {"error": _EXAMPLES[status]}}
    response = {"description": description, "content": {"application/json": body}}
    return response | ({"headers": _ERROR_HEADERS[status]} if status in _ERROR_HEADERS else {})
