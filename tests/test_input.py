"""What people and programs send: any bytes to any form, and text that no database can keep. Nothing is a 500."""

import re
from copy import deepcopy
from html import unescape
from importlib import import_module
from io import BytesIO
from urllib.parse import quote_from_bytes
from wsgiref.util import setup_testing_defaults

import pytest
from allauth.account import urls as account_urls
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from config.wsgi import application
from tests.test_house_rules import PYTHON, ROOT, TEMPLATES
from tests.test_walk import ADDRESSES, build_scene

MULTIPART = 'multipart/form-data; boundary="part"'


def part(disposition: str, body: bytes = b"x") -> bytes:
    return (
        b"--part\r\nContent-Disposition: form-data; " + disposition.encode() + b"\r\n\r\n" + body + b"\r\n--part--\r\n"
    )


URLENCODED = "application/x-www-form-urlencoded"
UNSTORABLE = [
    (URLENCODED, b"name=a%00b"),
    (URLENCODED, b"na%00me=a"),
    (URLENCODED, b"next=/papers%00"),
    (MULTIPART, part('name="name"', b"a\0b")),
    (f"{MULTIPART}; charset=unicode_escape", part('name="name"', rb"\ud800")),
]
FORMS = [
    *("/papers/filters/save", "/papers/2509.08721/vote", "/papers/following/topics/follow", "/collections/new"),
    *("/settings/profile", "/orgs/new", "/subscribe", "/accounts/login/", "/accounts/signup/", "/markdown?of=name"),
]


@pytest.mark.parametrize(("content_type", "body"), UNSTORABLE)
def test_text_that_cannot_be_kept_is_refused_with_a_page_that_says_so(content_type, body, paper, alice):
    for user in (None, alice):
        reader = Client(HTTP_HOST="127.0.0.1")
        if user:
            reader.force_login(user)
        for path in FORMS:
            answer = reader.generic("POST", path, body, content_type)
            assert answer.status_code == 400, (path, content_type, body)
            assert "character that can't be saved" in unescape(answer.content.decode())


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-7", "unicode_escape", "rot13", "zlib", "base64", "none"])
def test_a_request_is_read_as_utf_8_whatever_it_says(charset, paper):
    """Through the application itself, since Django's test client makes requests of its own."""
    data, answers = part('name="email"', "ä \\ud800".encode()), []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/subscribe",
        "QUERY_STRING": "list=%5Cud800",
        "REMOTE_ADDR": "::1",
        "CONTENT_TYPE": f"{MULTIPART}; charset={charset}",
        "CONTENT_LENGTH": str(len(data)),
        "wsgi.input": BytesIO(data),
        "HTTP_HOST": "127.0.0.1",
    }
    setup_testing_defaults(environ)
    page = b"".join(application(environ, lambda status, *rest: answers.append(status)))
    assert answers == ["400 Bad Request"]
    assert 'value="ä \\ud800"' in page.decode()


@pytest.mark.parametrize("cookie", ["sessionid", "csrftoken", "messages", "theirs"])
def test_a_cookie_that_cannot_be_kept_is_nobodys(db, stranger, cookie):
    answer = stranger.get("/papers/submit", HTTP_COOKIE=rf'{cookie}="\000aaaaaaaa"')
    assert (answer.status_code, answer.url) == (302, "/accounts/login/?next=/papers/submit")


def names() -> list[str]:
    """Of all fields that a form of the site has, or that a view reads."""
    read = r"""POST(?:\.get|\.getlist)?[(\[]"(\w+)"|told(?:\.get\()?\[?"(\w+)\""""
    written = {found for path in TEMPLATES for found in re.findall(r'name="([a-z_]+)"', path.read_text())}
    for path in PYTHON:
        if "tests" not in path.parts:
            written |= {found for pair in re.findall(read, path.read_text()) for found in pair if found}
    ours = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PYTHON if path.name == "forms.py"]
    forms = [import_module(name) for name in ("allauth.account.forms", *ours) if not name.startswith("tests.")]
    for form in (value for module in forms for value in vars(module).values() if hasattr(value, "base_fields")):
        written |= form.base_fields.keys()
    return sorted(written)


POSTED = [
    *(path for name, path in ADDRESSES.items() if name != "papers:leave"),
    *(f"/accounts/{pattern.pattern}" for pattern in account_urls.urlpatterns if "<" not in str(pattern.pattern)),
    *("/moderation/jobs/retry", "/admin/login/"),
]
VALUES = st.binary(max_size=40) | st.sampled_from(
    [b"", b"-1", b"0", b"9" * 30, b"\xff", b"\xed\xa0\x80", b"a@example.org", b"2509.08721", b"/papers?q=%00", b"hush"]
)


def body(fields: dict[str, bytes]) -> bytes:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields.items()).encode()


BODIES = st.tuples(
    st.just(URLENCODED),
    st.binary(max_size=60) | st.dictionaries(st.sampled_from(names()), VALUES, max_size=30).map(body),
) | st.tuples(
    st.just(MULTIPART),
    st.binary(max_size=60)
    | st.builds(
        part,
        st.sampled_from(
            [*(f'name="{name}"' for name in names()), "name*=none''x", 'name="portrait"; filename="\0.png"']
        ),
        st.binary(max_size=60),
    ),
)


@pytest.mark.parametrize("who", ["anonymous", "owner"])
def test_no_bytes_are_a_failure_of_the_site(who, db):
    reader = build_scene()[who]
    client = Client(HTTP_HOST="127.0.0.1")

    @settings(max_examples=400, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(POSTED), BODIES)
    @example("/papers/filters/save", (URLENCODED, body({"name": b"x", "query": b"q=%00"})))
    @example("/subscribe", (URLENCODED, body({"email": b"a@example.org", "list": b"/people/%00"})))
    def post(path, sent):
        content_type, data = sent
        with transaction.atomic():
            client.cookies = deepcopy(reader.cookies)
            answer = client.generic("POST", path, data, content_type)
            assert answer.status_code < 500 or answer.status_code == 503, (path, sent)
            transaction.set_rollback(True)

    post()
