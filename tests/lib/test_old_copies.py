"""Old copies of answers, which the front door gives while the database does not answer."""

import gzip
from wsgiref.util import setup_testing_defaults

import pytest

from lib import front_door, old_copies, unavailable
from lib.front_door import FrontDoor
from lib.unavailable import LATE, NO_DATABASE
from tests.lib.test_front_door import PUBLIC, Site, response
from tests.lib.test_front_door import pass_time as pass_time

pytestmark = pytest.mark.django_db  # a response that is closed looks after the connections
PAGE = '<p>Before</p><main id="main" class="page"><p>Papers</p></main>'
HTML = {"Content-Type": "text/html; charset=utf-8", "ETag": '"a"', "Last-Modified": "x", "Vary": "Cookie"}


class Failing(Site):
    """A site that answers until its database fails, or whatever `failure` says; `page` makes its answers."""

    def __init__(self, page=lambda: response(PAGE, headers=HTML), failure=lambda: unavailable.page(NO_DATABASE)):
        super().__init__(lambda number: failure() if self.fails else page())
        self.fails = False


def ask(door, path="/", **environ) -> tuple[str, dict[str, str], bytes]:
    setup_testing_defaults(environ := environ | {"PATH_INFO": path})
    head = []
    body = b"".join(door(environ, lambda *args: head.extend(args)))
    return head[0], dict(head[1]), body


def notice(age: str) -> bytes:
    text = f"The site’s database does not answer at the moment. This copy of the page is {age} old."
    return f'<ul class="messages"><li>{text}</li></ul>\n    <main id="main"'.encode()


@pytest.mark.parametrize(
    ("seconds", "age"),
    [(2, "less than a minute"), (59, "less than a minute"), (61, "1 minute"), (125, "2 minutes"), (600, "10 minutes")],
)
def test_a_copy_says_how_old_it_is_and_no_cache_may_keep_it(seconds, age, pass_time):
    door = FrontDoor(Failing())
    ask(door)
    door.application.fails = True
    pass_time(seconds)
    status, headers, body = ask(door)
    assert body == PAGE.encode().replace(b'<main id="main"', notice(age))
    assert (status, headers) == (
        "200 OK",
        {
            "Content-Type": HTML["Content-Type"],
            "Vary": "Cookie",
            "Age": str(seconds),
            "Cache-Control": "private, no-store",
            "Content-Length": str(len(body)),
            "X-Cache": "stale",
        },
    )


def test_after_ten_minutes_there_is_no_copy_any_more(pass_time):
    door = FrontDoor(Failing())
    ask(door)
    door.application.fails = True
    pass_time(599)
    assert ask(door)[0] == "200 OK"
    pass_time(2)
    status, headers, body = ask(door)
    assert (status, headers["Retry-After"]) == ("503 Service Unavailable", "10")
    assert b"The database does not answer" in body


@pytest.mark.parametrize(("content_type", "is_marked"), [("text/html", True), ("application/json", False)])
def test_a_compressed_page_is_marked_and_what_is_no_page_is_not_changed(content_type, is_marked, pass_time):
    headers = {"Content-Type": content_type, "Content-Encoding": "gzip"}
    door = FrontDoor(Failing(lambda: response(gzip.compress(PAGE.encode()), headers=headers)))
    ask(door)
    door.application.fails = True
    pass_time(2)
    _, fields, body = ask(door)
    assert (fields["X-Cache"], fields["Content-Length"]) == ("stale", str(len(body)))
    marked = PAGE.encode().replace(b'<main id="main"', notice("less than a minute"))
    assert gzip.decompress(body) == (marked if is_marked else PAGE.encode())


def test_a_reader_who_has_a_copy_gets_the_marked_one_and_not_a_304(pass_time):
    door = FrontDoor(Failing())
    ask(door)
    door.application.fails = True
    pass_time(2)
    status, _, body = ask(door, HTTP_IF_NONE_MATCH='"a"')
    assert status == "200 OK"
    assert notice("less than a minute") in body


def test_the_site_is_tried_once_a_second_and_a_good_answer_ends_it(pass_time):
    door = FrontDoor(Failing())
    ask(door)
    door.application.fails = True
    pass_time(2)
    assert [ask(door)[1]["X-Cache"] for _ in range(5)] == ["stale"] * 5
    assert door.application.count == 2
    door.application.fails = False
    pass_time(1.1)
    assert [ask(door)[1]["X-Cache"] for _ in range(2)] == ["miss", "hit"]
    assert ask(door)[2] == PAGE.encode()


def test_another_error_and_another_person_get_no_copy(pass_time):
    door = FrontDoor(Site(lambda number: response(PAGE) if number == 1 else response(status=500)))
    ask(door)
    pass_time(2)
    assert ask(door)[0].startswith("500")
    door = FrontDoor(Failing())
    ask(door)
    door.application.fails = True
    pass_time(2)
    for private in ({"HTTP_COOKIE": "sessionid=x"}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"REQUEST_METHOD": "POST"}):
        assert ask(door, **private)[0].startswith("503")
    assert ask(door, "/other")[0].startswith("503")


def kept(door, **environ) -> tuple[str, bytes] | None:
    """What X-Cache says and the body of what the server gives instead of a refusal, if there is anything."""
    setup_testing_defaults(environ := environ | {"PATH_INFO": "/"})
    answer = door.kept(environ)
    return answer and (dict(answer[1])["X-Cache"], answer[2])


def test_what_the_server_refuses_gets_what_is_fresh_or_an_old_copy_that_names_the_reason(pass_time):
    door = FrontDoor(Failing())
    assert kept(door) is None
    ask(door)
    assert kept(door) == ("hit", PAGE.encode())
    for private in ({"HTTP_COOKIE": "sessionid=x"}, {"HTTP_AUTHORIZATION": "Bearer x"}, {"REQUEST_METHOD": "POST"}):
        assert kept(door, **private) is None
    pass_time(1.2)
    state, body = kept(door)
    assert (state, b"The site is too busy to update this page." in body) == ("stale", True)
    assert ask(door)[1]["X-Cache"] == "miss"  # so that no refused request kept it from being made anew
    door.application.fails = True
    pass_time(2)
    assert ask(door, "/other")[0].startswith("503")
    assert notice("less than a minute") in kept(door)[1]
    pass_time(front_door.FAILING_SECONDS + 1)
    assert b"too busy" in kept(door)[1]
    pass_time(600)
    assert kept(door) is None


def test_what_was_once_too_slow_has_a_copy_that_says_so_and_the_database_does_not_count_as_failing(pass_time):
    door = FrontDoor(Failing(failure=lambda: unavailable.page(LATE)))
    ask(door)
    ask(door, "/other")
    door.application.fails = True
    pass_time(2)
    for _ in range(2):
        assert LATE.notice.encode() in ask(door, "/other")[2]
    assert door.application.count == 3
    assert b"too busy" in kept(door)[1]


FORMS = [{}, {"HTTP_ACCEPT_ENCODING": "gzip"}, {"HTTP_HX_REQUEST": "true"}, {"HTTP_IF_NONE_MATCH": '"a"'}]


@pytest.mark.parametrize("gone", [{"status": 404}, {"status": 410}, {"status": 403}, {"rules": "private, no-store"}])
@pytest.mark.parametrize("form", FORMS)
def test_of_what_is_gone_or_private_no_form_has_a_copy(gone, form, pass_time):
    door = FrontDoor(site := Failing())
    for each in FORMS:
        ask(door, **each)
        ask(door, "/other", **each)
    pass_time(2)
    site.make = lambda number: response(**gone)
    ask(door, **form)
    site.make = lambda number: unavailable.page(NO_DATABASE)
    assert [ask(door, **each)[0][:3] for each in FORMS] == ["503"] * 4
    assert [ask(door, "/other", **each)[0][:3] for each in FORMS] == ["200"] * 4
    assert kept(door) is None


@pytest.mark.parametrize("status", [412, 413, 429, 500, 503])
def test_an_answer_to_one_client_and_an_error_leave_the_copy_but_let_nobody_have_it_as_fresh(status, pass_time):
    door = FrontDoor(site := Failing())
    ask(door)
    pass_time(1.2)
    site.make = lambda number: response(status=status)
    assert [ask(door)[0][:3] for _ in range(2)] == [str(status)] * 2
    assert kept(door)[0] == "stale"
    site.make = lambda number: unavailable.page(NO_DATABASE)
    assert ask(door)[1]["X-Cache"] == "stale"


def test_an_error_does_not_take_what_was_made_after_it_began(pass_time):
    door = FrontDoor(Site())

    def make(number):
        if number > 1:
            return response(PAGE)
        pass_time(0.1)
        ask(door)
        return response(status=429)

    door.application.make = make
    assert ask(door)[0].startswith("429")
    assert ask(door)[1]["X-Cache"] == "hit"


def test_the_refusal_has_the_headers_that_protect_the_readers_of_each_page(client, settings):
    headers = dict(unavailable.busy("/papers")[1])
    page = client.get("/nowhere", headers={"host": "127.0.0.1"})
    protecting = page.headers.keys() - {"Content-Length", "Vary", "ETag"}
    assert {name: page.headers[name] for name in protecting} == {name: headers[name] for name in protecting}
    assert headers.keys() - protecting == {"Retry-After"}


def test_the_oldest_copy_is_what_shared_caches_are_allowed_to_keep(stranger):
    rules = stranger.get("/about").headers["Cache-Control"]
    assert f"stale-if-error={old_copies.SECONDS}" in rules
    assert rules.startswith(PUBLIC)
