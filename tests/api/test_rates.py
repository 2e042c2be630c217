"""How often the API answers a network or a person, and what its answers say of that."""

from datetime import timedelta

import pytest
from django.db import connection
from huggingface_hub.utils import parse_ratelimit_headers

from api import rates
from lib import throttle
from lib.throttle import Limit

PATH = "/api/agent-harnesses"


@pytest.fixture
def still(time_machine):
    """The clock stands still."""
    time_machine.move_to("2026-11-28T10:00Z", tick=False)
    return time_machine


def test_an_answer_says_in_the_hubs_headers_what_is_left(db, client, still):
    first, second = client.get(PATH), client.get(PATH)
    assert first.headers["RateLimit"] == '"api";r=499;t=1'
    assert first.headers["RateLimit-Policy"] == '"fixed window";"api";q=500;w=300'
    left = parse_ratelimit_headers(second.headers)
    assert (left.resource_type, left.remaining, left.reset_in_seconds) == ("api", 498, 2)
    assert (left.limit, left.window_seconds) == (500, 300)


def use_up(limit: Limit, key: str) -> None:
    while throttle.take((limit, key)) is None:
        pass


def test_a_network_is_refused_past_its_limit_until_the_time_that_the_answer_says(db, client, still):
    use_up(rates.OF_NETWORK, "203.0.113.0/24")
    answer = client.get(PATH, REMOTE_ADDR="203.0.113.7")
    assert (answer.status_code, answer.headers["RateLimit"]) == (429, '"api";r=0;t=2')
    assert answer.headers["Retry-After"] == "2"
    assert "Too many requests" in answer.json()["error"]
    assert client.get(PATH, REMOTE_ADDR="203.0.114.7").json()["harnesses"] == {}
    still.shift(timedelta(seconds=2))
    assert client.get(PATH, REMOTE_ADDR="203.0.113.8").json()["harnesses"] == {}


def test_a_request_is_one_statement_of_the_limit(db, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(PATH)


def test_what_no_operation_answers_says_nothing_of_a_limit(db, client):
    assert "RateLimit" not in client.get("/api/no-such-thing").headers
    assert "RateLimit" not in client.get("/papers").headers


@pytest.mark.parametrize(("used", "left"), [(1, 3), (3, 1), (4, 0)])
def test_uses_come_back_evenly(used, left, db, still):
    limit = Limit("test", 4, timedelta(seconds=40))
    for _ in range(used):
        [quota] = throttle.count((limit, "a"))
    assert (quota.left, quota.full_in, quota.wait) == (left, timedelta(seconds=10 * used), None)
    still.shift(timedelta(seconds=10))
    assert throttle.count((limit, "a"))[0].left == left


def test_each_limit_says_what_is_left_of_it(db, still):
    small, large = Limit("small", 1, timedelta(seconds=60)), Limit("large", 9, timedelta(seconds=9))
    throttle.count((small, "a"), (large, "b"))
    quotas = throttle.count((large, "b"), (small, "a"))
    assert [(quota.limit, quota.left) for quota in quotas] == [(large, 7), (small, 0)]
    assert quotas[1].wait == timedelta(seconds=60)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM lib_throttle")
        assert cursor.fetchone() == (2,)
