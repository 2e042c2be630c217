"""What every response says of itself, and that none repeats what a request says beside its address."""

import pytest
from django.contrib.auth import get_user_model
from django.core.cache import caches

from tests.conftest import Reader
from tests.test_walk import ADDRESSES, build_scene  # noqa: F401

ALLAUTH = [
    *("login/", "signup/", "logout/", "email/", "confirm-email/", "password/change/", "password/reset/", "sessions/"),
    *("2fa/", "2fa/totp/activate/", "2fa/webauthn/", "2fa/webauthn/add/", "2fa/recovery-codes/", "reauthenticate/"),
    *("3rdparty/", "inactive/"),
]
PATHS = [
    *ADDRESSES.values(),
    *(f"/accounts/{path}" for path in ALLAUTH),
    *("/admin/", "/admin/login/", "/admin/accounts/user/", "/admin/jsi18n/", "/styleguide", "/moderation/jobs"),
    *("/robots.txt", "/llms.txt", "/security.txt", "/papers/", "/nowhere", "/media/logos/none", "/static/none"),
    *("/papers?sort=none", "/papers?older=none", "/papers?q=%00", "/papers?min_votes=x", "/papers/date/none"),
    *("/about/embed?list=nonsense", "/embed/nowhere", "/embed/papers?sort=none"),
]
# Nothing of anybody's own, whoever is signed in.
PUBLIC = {"/robots.txt", "/llms.txt"} | {
    path
    for name, path in ADDRESSES.items()
    if name in ("orgs:accent", "machines:openapi") or name.startswith(("papers:opens", "papers:sitem"))
}
HEADERS = {
    "Accept": "text/marker",
    "Accept-Language": "marker",
    "Authorization": "Basic bWFya2VyOm1hcmtlcg==",
    "Cache-Control": "marker",
    "CF-Connecting-IP": "198.51.100.1, marker",
    "Client-IP": "marker",
    "Content-Type": "text/marker",
    "DNT": "marker",
    "Fastly-Client-IP": "marker",
    "Forwarded": "host=marker.example;proto=https",
    "From": "marker@example.org",
    "Front-End-Https": "marker",
    "HX-Prompt": "marker",
    "HX-Target": "marker",
    "HX-Trigger": "marker",
    "Max-Forwards": "marker",
    "Origin": "https://marker.example",
    "Pragma": "marker",
    "Proxy-Host": "marker.example",
    "Referer": "https://marker.example/marker",
    "Request-Uri": "/marker",
    "Sec-CH-UA": "marker",
    "Sec-Fetch-Site": "marker",
    "True-Client-IP": "marker",
    "User-Agent": "marker",
    "Via": "marker",
    "X-Client-IP": "marker",
    "X-Forwarded-For": "marker",
    "X-Forwarded-Host": "marker.example",
    "X-Forwarded-Port": "1337",
    "X-Forwarded-Prefix": "/marker",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Scheme": "marker",
    "X-Forwarded-Server": "marker.example",
    "X-Host": "marker.example",
    "X-HTTP-Method-Override": "marker",
    "X-Original-URL": "/marker",
    "X-Real-IP": "marker",
    "X-Request-ID": "marker",
    "X-Requested-With": "marker",
    "X-Rewrite-URL": "/marker",
    "X-Script-Name": "/marker",
    "X-URL-Scheme": "marker",
}


@pytest.mark.parametrize("who", ["owner", "moderator", "anonymous"])
def test_every_response_says_who_may_keep_it(who, scene):
    get_user_model().objects.filter(is_appointed_moderator=True).update(is_staff=True, is_superuser=True)
    reader, wrong = scene[who], []
    for path in PATHS:
        answer = reader.get(path)
        rules = set(answer.headers.get("Cache-Control", "").split(", "))
        may_be_kept = answer.status_code < 400 and (path in PUBLIC or who == "anonymous")
        if not rules & {"private", "public"} or not ("private" in rules or may_be_kept):
            wrong.append(f"{path} {answer.status_code}: {rules}")
        if answer.status_code >= 300 and "no-store" not in rules:
            wrong.append(f"{path} {answer.status_code}: {rules}")
        kind = answer.headers.get("Content-Type", "")
        if answer.content and kind.startswith("text/") and "charset=utf-8" not in kind.replace('"', ""):
            wrong.append(f"{path} {answer.status_code}: {kind}")
        is_page = kind.startswith("text/html")
        assert answer.headers.get("Permissions-Policy", "").startswith("accelerometer=()") is is_page
        assert answer.headers["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}
    assert wrong == []


def test_no_response_is_made_from_a_header_that_caches_do_not_look_at(scene):
    owner = scene["owner"]
    for path in PATHS:
        for name in ("cards", "pages"):
            caches[name].clear()
        for first, second in ((Reader(), Reader()), (owner, owner)):
            answer = first.get(path, headers=HEADERS)  # what is kept of it is what the second one gets
            plain = second.get(path)
            assert "marker" not in plain.content.decode() + str(plain.headers), path
            assert "marker" not in answer.content.decode() + str(answer.headers), path
            assert answer.status_code == plain.status_code, path
            if "public" in plain.headers["Cache-Control"]:
                assert (answer.content, answer.headers) == (plain.content, plain.headers), path
