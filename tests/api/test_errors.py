import json
from datetime import timedelta

import pytest
from django.http import Http404, HttpResponse
from django.test import Client
from django.urls import reverse
from ninja.errors import HttpError, ValidationError

from api.contract import api
from api.errors import write_error
from lib.refusals import NotAllowed, TooMany

METHOD = "This address does not accept this method. The header Allow lists those that it accepts."


@pytest.mark.parametrize(("path", "status"), [("/api/no-such-thing", 404), ("/api/agent-harnesses?q=%00", 400)])
def test_an_error_below_api_is_json_with_its_message_in_a_header(db, client: Client, path: str, status: int):
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Error-Message"]
    assert json.loads(response.content)["error"]
    assert int(response.headers["Content-Length"]) == len(response.content)


def test_another_method_is_an_error_too(db, client: Client):
    response = client.post("/api/agent-harnesses")
    assert (response.status_code, response.json()["error"]) == (405, METHOD)


def test_the_header_has_one_line_of_ascii():
    response = HttpResponse(status=400)
    write_error(response, "Unknown “order”.\nChoose one.")
    assert response.headers["X-Error-Message"] == 'Unknown "order". Choose one.'
    assert response.content.decode() == '{"error": "Unknown “order”.\\nChoose one."}'


def test_harnesses_are_what_the_hf_command_expects(db, client: Client):
    answer = client.get(reverse("api:agent_harnesses"))
    assert answer.json() == {"standardEnvVars": [], "harnesses": {}}
    assert "max-age=86400" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (ValidationError([{"loc": ("query", "n"), "msg": "Another kind of error"}]), 400, "n: Another kind of error."),
        (ValidationError([{"loc": ("body", "data", "text"), "msg": "Value error, Too long."}]), 400, "text: Too long."),
        (ValidationError([{"loc": ("body", "data"), "type": "missing"}]), 400, "body: This is missing."),
        (HttpError(400, "Cannot parse request body"), 400, "Send a JSON object in UTF-8."),
        (NotAllowed("Only its owner may."), 403, "Only its owner may."),
        (TooMany("Too often.", timedelta(seconds=7)), 429, "Too often."),
        (Http404("No Paper matches the given query."), 404, ""),
    ],
)
def test_what_operations_raise_is_an_error_with_its_own_words(error, status, text, rf):
    response = api.on_exception(rf.get("/api/"), error)
    assert response.status_code == status
    assert getattr(response, "message", "").startswith(text)
    assert response.headers.get("Retry-After") == ("7" if status == 429 else None)


def test_any_other_exception_is_not_for_the_api_to_answer(rf):
    with pytest.raises(ZeroDivisionError):
        api.on_exception(rf.get("/api/"), ZeroDivisionError())
