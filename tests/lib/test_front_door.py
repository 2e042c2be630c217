"""What the front door keeps, and that one request makes it anew while the others get what is kept."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from wsgiref.util import setup_testing_defaults

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from lib import front_door
from lib.front_door import FrontDoor

PUBLIC = "public, max-age=60"


class Site:
    """A WSGI application whose answers are numbered; `make` makes them, and may wait."""

    def __init__(self, make=lambda number: response(str(number))):
        self.make, self.count = make, 0

    def __call__(self, environ, start_response):
        self.count += 1
        answer = self.make(self.count)
        cookies = [("Set-Cookie", cookie.OutputString()) for cookie in answer.cookies.values()]
        start_response(f"{answer.status_code} {answer.reason_phrase}", [*answer.items(), *cookies])
        return answer


def response(body="", rules=PUBLIC, **options) -> HttpResponse:
    return HttpResponse(body, headers={"Cache-Control": rules, **options.pop("headers", {})}, **options)


def ask(door, path="/", **environ) -> tuple[str, str | None]:
    """The body and what X-Cache says."""
    setup_testing_defaults(environ := environ | {"PATH_INFO": path})
    head = []
    body = b"".join(door(environ, lambda *args: head.extend(args)))
    return body.decode(), dict(head[1]).get("X-Cache")


@pytest.fixture
def pass_time(monkeypatch):
    """`pass_time(0.9)`: this many seconds later."""
    clock = [0.0]
    monkeypatch.setattr(front_door, "monotonic", lambda: clock[0])
    return lambda seconds: clock.__setitem__(0, clock[0] + seconds)


def test_an_answer_is_kept_for_a_second(pass_time):
    door = FrontDoor(Site())
    assert ask(door) == ("1", "miss")
    pass_time(0.9)
    assert ask(door) == ("1", "hit")
    pass_time(0.2)
    assert [ask(door), ask(door)] == [("2", "miss"), ("2", "hit")]
    pass_time(1_000)
    assert ask(door) == ("3", "miss")


def test_what_an_answer_says_of_the_limit_of_one_client_is_not_kept_for_others(pass_time):
    def heads(door):
        setup_testing_defaults(environ := {"PATH_INFO": "/"})
        head = []
        door(environ, lambda *args: head.extend(args))
        return dict(head[1])

    door = FrontDoor(Site(lambda number: response(headers={"RateLimit": "x", "Vary": "Authorization"})))
    first, second = heads(door), heads(door)
    assert (first["X-Cache"], first["RateLimit"]) == ("miss", "x")
    assert (second["X-Cache"], second.get("RateLimit")) == ("hit", None)


def test_an_answer_that_took_seconds_to_make_is_kept_for_a_second_afterwards(pass_time):
    def make(number):
        pass_time(3)
        return response(str(number))

    door = FrontDoor(Site(make))
    assert ask(door) == ("1", "miss")
    pass_time(0.9)
    assert ask(door) == ("1", "hit")


def test_one_request_makes_an_answer_anew_while_the_others_get_the_old_one(pass_time):
    begun, over = Event(), Event()

    def make(number):
        if number == 2:
            begun.set()
            over.wait()
        return response(str(number))

    door = FrontDoor(Site(make))
    ask(door)
    pass_time(1.2)
    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(ask, door)
        begun.wait()
        assert set(pool.map(lambda _: ask(door), range(15))) == {("1", "hit")}
        over.set()
        assert first.result() == ("2", "miss")
    assert ask(door) == ("2", "hit")
    assert door.application.count == 2


def test_an_older_answer_does_not_replace_a_newer_one(pass_time):
    begun, over = Event(), Event()

    def make(number):
        if number == 1:
            begun.set()
            over.wait()
        return response(str(number))

    door = FrontDoor(Site(make))
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(ask, door)
        begun.wait()
        pass_time(0.1)
        assert ask(door) == ("2", "miss")
        over.set()
        assert slow.result() == ("1", "miss")
    assert ask(door) == ("2", "hit")


def test_what_was_not_requested_for_a_while_is_given_to_nobody(pass_time):
    door = FrontDoor(Site())
    ask(door)
    pass_time(1.6)
    [key] = door.entries
    assert [door.find(key, 1.6), door.find(key, 1.6)] == [None, None]


def test_an_answer_that_became_private_is_gone_at_once(pass_time):
    door = FrontDoor(Site(lambda number: response(str(number), PUBLIC if number == 1 else "private, no-store")))
    ask(door)
    pass_time(1.2)
    assert [ask(door), ask(door)] == [("2", None), ("3", None)]
    assert door.entries == {}


@pytest.mark.parametrize(
    "make",
    [
        lambda: response(rules="public, no-cache"),
        lambda: response(rules="public, max-age=0"),
        lambda: response(rules="private, max-age=60"),
        lambda: response(rules="public"),
        HttpResponse,
        lambda: response(headers={"Vary": "Cookie, Accept-Language"}),
        lambda: response(status=404),
        lambda: response(status=302),
        lambda: response(status=503),
        lambda: StreamingHttpResponse(["a"], headers={"Cache-Control": PUBLIC}),
    ],
)
def test_these_answers_are_not_kept(make):
    door = FrontDoor(Site(lambda number: make()))
    assert [ask(door)[1], ask(door)[1], door.entries] == [None, None, {}]


def test_an_answer_that_sets_a_cookie_is_not_kept():
    def make(number):
        (answer := response()).set_cookie("name", "value")
        return answer

    assert ask(door := FrontDoor(Site(make)))[1] is None
    assert door.entries == {}


@pytest.mark.parametrize(
    "request_",
    [
        {"REQUEST_METHOD": "HEAD"},
        {"REQUEST_METHOD": "POST"},
        {"HTTP_AUTHORIZATION": "Basic eDp4"},
        *({"HTTP_COOKIE": f"a=b; {name}=x"} for name in ("sessionid", "messages")),
    ],
)
def test_these_requests_neither_fill_it_nor_get_what_is_kept(request_):
    door = FrontDoor(Site())
    assert ask(door, **request_) == ("1", None)
    assert [ask(door), ask(door)] == [("2", "miss"), ("2", "hit")]
    assert ask(door, **request_) == ("3", None)


def test_requests_that_may_be_answered_differently_have_answers_of_their_own():
    door = FrontDoor(Site())
    different = [
        *({}, {"path": "/a"}, {"QUERY_STRING": "a"}, {"HTTP_HOST": "b"}, {"wsgi.url_scheme": "https"}),
        *(
            {name: "x"}
            for name in front_door._ADDRESS + front_door._FORM + front_door._CONDITIONS
            if name.startswith(("HTTP_HX", "HTTP_IF", "HTTP_X"))
        ),
        {"HTTP_ACCEPT_ENCODING": "gzip"},
    ]
    for state in ("miss", "hit"):
        expected = [(str(number), state) for number in range(1, len(different) + 1)]
        assert [ask(door, **one) for one in different] == expected
    alike = [
        *({"HTTP_COOKIE": "__cf=1"}, {"HTTP_COOKIE": "csrftoken=x"}, {"HTTP_USER_AGENT": "x"}),
        *({"HTTP_ACCEPT_ENCODING": value} for value in ("br", "gzip;q=0", "br, gzip; q=0.0, *")),
    ]
    assert [ask(door, **one) for one in alike] == [("1", "hit")] * 6


def test_it_is_bounded_in_entries_and_in_bytes(monkeypatch):
    monkeypatch.setattr(front_door, "ENTRIES", 5)
    door = FrontDoor(Site())
    for number in range(100):
        ask(door, f"/{number}")
        assert len(door.entries) <= 5
    monkeypatch.setattr(front_door, "BYTES", 10_000)
    door = FrontDoor(Site(lambda number: response("x" * 4_000)))
    for number in range(20):
        assert ask(door, f"/{number}") == ("x" * 4_000, "miss")
        assert len(door.entries) <= 2


def test_what_was_not_requested_for_the_longest_time_is_forgotten_first(monkeypatch):
    monkeypatch.setattr(front_door, "ENTRIES", 3)
    door = FrontDoor(Site())
    for path in ("/a", "/b", "/c", "/a", "/d"):
        ask(door, path)
    assert [ask(door, path)[1] for path in ("/a", "/c", "/d")] == ["hit"] * 3
    assert ask(door, "/b")[1] == "miss"


def test_an_answer_that_took_longer_than_a_later_404_is_not_kept():
    def make(number):
        if number == 1:
            assert ask(door) == ("gone", None)  # while the first request is being answered
        return response("shown") if number == 1 else response("gone", status=404)

    door = FrontDoor(Site(make))
    assert [ask(door)[0], ask(door)[0]] == ["shown", "gone"]


def test_what_is_counted_is_what_is_kept(pass_time):
    door = FrontDoor(Site(lambda number: response("x" * number)))
    for _ in range(3):
        ask(door, "/a")
        ask(door, "/b")
        pass_time(2)
    assert door.bytes == sum(front_door._size(key, entry.answer) for key, entry in door.entries.items())
    for key in list(door.entries):
        door.forget(key, 0.0)
    assert door.bytes == 0
