"""An https site as its proxy meets it: a real server, and headers as a proxy sends them, or an attacker."""

import re
from urllib.parse import urlencode

from tests.config.conftest import PASSWORD
from tests.serving import fetch

SITE = "https://papers.example.org"
NOT_KEPT = "max-age=0, no-cache, no-store, must-revalidate, private"


def ask(port, path, *, host="papers.example.org", scheme="https", cookies=(), data=None, **headers):
    """The status, the headers and the body; `data` makes it a POST from a page of the site."""
    sent = {"Host": host, "X-Forwarded-Proto": scheme, "Cookie": "; ".join(cookies), **headers}
    if data:
        sent |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": SITE}
    answer = fetch(port, "POST" if data else "GET", path, data and urlencode(data), sent)
    return answer.status, answer.headers, answer.text


def test_an_https_site_is_one_host_and_its_cookies_are_of_that_host_alone(https_site):
    port = https_site.port
    status, headers, page = ask(port, "/papers")
    assert (status, headers["Strict-Transport-Security"]) == (200, f"max-age={365 * 24 * 3600}")
    for host in ("papers.example.org:1337", "127.0.0.1", "evil.example"):
        status, headers, body = ask(port, "/papers", host=host)
        assert (status, headers["Cache-Control"], 'class="card"' in body) == (400, "private, no-store", False)
        status, headers, _ = ask(port, "/papers", host=host, scheme="http")
        assert (status, headers["Location"]) == (301, f"{SITE}/papers")

    for program in ("/api/daily_papers", "/mcp"):
        status, headers, body = ask(port, program, scheme="http", Authorization="Bearer hf_x")
        assert (status, headers["Location"], "Use https." in body) == (403, None, True)

    vote = re.search(r'"(/papers/[^"]+/vote)"', page)[1]
    _, headers, _ = ask(port, vote, data={"next": "/papers"})
    assert cookie_of(headers).startswith("__Host-messages=")

    _, headers, page = ask(port, "/accounts/login/")
    token = cookie_of(headers)
    assert (token.partition("=")[0], headers["Cache-Control"]) == ("__Host-csrftoken", NOT_KEPT)
    form = {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', page)[1]}
    reset = form | {"email": "alice@demo.invalid"}
    status, _, _ = ask(port, "/accounts/password/reset/", host="papers.example.org:1337", data=reset, cookies=[token])
    assert status == 400
    ask(port, "/accounts/password/reset/", data=reset, cookies=[token])
    login = form | {"login": "alice", "password": PASSWORD}
    _, headers, _ = ask(port, "/accounts/login/", data=login, cookies=[token])
    [session] = [cookie for cookie in headers.get_all("Set-Cookie") if cookie.startswith("__Host-sessionid=")]
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(session.split("; "))
    _, headers, _ = ask(port, "/papers/density/compact", data={"next": "/papers"})
    assert cookie_of(headers) == "__Host-density=compact"
    _, _, page = ask(port, "/papers", cookies=["__Host-density=compact"])
    assert 'data-density="compact"' in page

    assert f"{SITE}/accounts/password/reset/key/" in https_site.output
    assert ":1337/" not in https_site.output


def cookie_of(headers) -> str:
    """The name and the value of the one cookie that is set, which a browser takes under this name."""
    [cookie] = headers.get_all("Set-Cookie")
    value, *attributes = cookie.split("; ")
    assert {"Secure", "SameSite=Lax", "Path=/"} <= set(attributes)
    assert "Domain" not in cookie
    return value
