import json

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from api.errors import write_error


@pytest.mark.parametrize(("path", "status"), [("/api/no-such-thing", 404), ("/api/agent-harnesses?q=%00", 400)])
def test_an_error_below_api_is_json_with_its_message_in_a_header(db, client: Client, path: str, status: int):
    response = client.get(path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["X-Error-Message"]
    assert json.loads(response.content)["error"]


def test_another_method_is_an_error_too(db, client: Client):
    response = client.post("/api/agent-harnesses")
    assert (response.status_code, response.json()["error"]) == (405, "Method Not Allowed")


def test_the_header_has_one_line_of_ascii():
    response = HttpResponse(status=400)
    write_error(response, "Unknown “order”.\nChoose one.")
    assert response.headers["X-Error-Message"] == 'Unknown "order". Choose one.'
    assert response.content.decode() == '{"error": "Unknown “order”.\\nChoose one."}'


def test_harnesses_are_what_the_hf_command_expects(db, client: Client):
    answer = client.get(reverse("api:agent_harnesses"))
    assert answer.json() == {"standardEnvVars": [], "harnesses": {}}
    assert "max-age=86400" in answer.headers["Cache-Control"]
