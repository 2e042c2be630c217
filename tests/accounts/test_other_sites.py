"""Signing in through another site: what its answer must prove before anything is requested with it."""

from urllib.parse import parse_qs, urlsplit

import pytest

from accounts.models import User
from tests.accounts.entrance import send

CALLBACK = "/accounts/{}/login/callback/"


@pytest.fixture(autouse=True)
def _apps(settings):
    app = {"APPS": [{"client_id": "id", "secret": "secret"}]}
    providers = {name: settings.SOCIALACCOUNT_PROVIDERS[name] | app for name in ("github", "orcid")}
    settings.SOCIALACCOUNT_PROVIDERS = settings.SOCIALACCOUNT_PROVIDERS | providers


def begin(reader, site: str) -> dict:
    """The parameters with which the button of this site leads there."""
    answer = send(reader, f"/accounts/{site}/login/", {})
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.url).query).items()}


@pytest.mark.parametrize("site", ["github", "orcid"])
def test_one_is_led_there_with_a_state_and_a_challenge(db, stranger, site):
    params, again = begin(stranger, site), begin(stranger, site)
    assert (params["response_type"], params["code_challenge_method"]) == ("code", "S256")
    assert params["redirect_uri"].endswith(CALLBACK.format(site))
    assert (len(params["state"]), len(params["code_challenge"])) == (43, 43)
    assert params["state"] != again["state"]
    assert params["code_challenge"] != again["code_challenge"]


def test_nobody_is_led_there_by_a_link(db, stranger):
    assert "github.com" not in stranger.get("/accounts/github/login/").headers.get("Location", "")


def test_an_answer_that_this_browser_did_not_begin_signs_nobody_in(db, stranger):
    state = begin(stranger, "orcid")["state"]
    for answer in ({}, {"state": "x" * 43}, {"state": state}):  # the last one is that of another site
        page = stranger.get(CALLBACK.format("github"), answer | {"code": "stolen"})
        assert (page.status_code, "An error occurred" in page.content.decode()) == (401, True)
    assert not User.objects.exists()
