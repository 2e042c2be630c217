"""For whom the API's answers are, and what they depend on: the token, and no cookie."""

import gzip

import pytest
from django.test import Client

from tests.conftest import Reader

PATH = "/api/agent-harnesses"
ADDRESSES = [PATH, "/api/openapi.json"]


def without_limit(answer) -> dict:
    return {name: value for name, value in answer.headers.items() if name != "RateLimit"}


@pytest.mark.parametrize("path", [*ADDRESSES, "/api/no-such-thing", f"{PATH}?q=%00"])
def test_scripts_of_other_sites_may_read_answers_and_errors_without_credentials(path, db, client):
    answer = client.get(path, headers={"origin": "https://elsewhere.example"})
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"Link", "ETag", "RateLimit"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


def test_a_preflight_lets_them_send_a_token_and_read_but_not_write(db, client):
    answer = client.options(PATH, headers={"access-control-request-method": "GET"})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/api/openapi.json").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert client.options("/api/no-such-thing").json() == {"error": "Not found, or you may not see it."}
    assert "Access-Control-Allow-Origin" not in client.options("/papers").headers


@pytest.mark.parametrize("path", [*ADDRESSES, "/api/no-such-thing"])
def test_no_cookie_changes_an_answer(path, db, alice, signed_in, client):
    reader = signed_in(alice)
    reader.get("/accounts/email/")
    plain, own = client.get(path), reader.get(path)
    assert (plain.status_code, plain.content, without_limit(plain)) == (
        own.status_code,
        own.content,
        without_limit(own),
    )
    for cookie in ("csrftoken=malformed", "sessionid=made-up; messages=x", "density=compact"):
        answer = Client().get(path, headers={"cookie": cookie})
        assert (answer.content, without_limit(answer)) == (plain.content, without_limit(plain))
        assert not answer.cookies


def test_an_answer_for_everybody_says_so_and_that_it_depends_on_the_token(db, client):
    answer = client.get(PATH)
    assert answer.headers["Cache-Control"].startswith("public, max-age=86400")
    assert answer.headers["Vary"] == "Accept-Encoding, Authorization"


def test_an_answer_that_matches_the_etag_is_a_304_with_the_same_headers(db, client):
    etag = client.get(PATH).headers["ETag"]
    again = client.get(PATH, headers={"if-none-match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Access-Control-Allow-Origin"] == "*"
    assert again.headers["RateLimit"].startswith('"api";r=498')


def test_a_long_answer_is_compressed(db):
    answer = Reader().get("/api/openapi.json", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b'"openapi"' in gzip.decompress(answer.content)


def test_head_has_the_headers_of_get_without_the_body(db, client):
    got, head = client.get(PATH), client.head(PATH)
    assert (head.status_code, head.content, without_limit(head)) == (200, b"", without_limit(got))
