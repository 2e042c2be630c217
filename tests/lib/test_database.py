"""Whether an open connection can be used is noticed without asking the server."""

import time

import pytest
from django.db import connection


@pytest.fixture
def two(db):
    """Two connections of their own."""
    pair = connection.copy(), connection.copy()
    for each in pair:
        each.ensure_connection()
    yield pair
    for each in pair:
        each.close()


def test_a_connection_that_the_server_ended_cannot_be_used(two):
    one, other = two
    assert one.is_usable()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [one.connection.info.backend_pid])
    assert not one.is_usable()
    assert not one.is_usable()
    assert other.is_usable()


def test_a_connection_to_which_the_server_said_something_else_can_be_used(two):
    one, other = two
    with one.cursor() as cursor:
        cursor.execute("LISTEN something")
    with other.cursor() as cursor:
        cursor.execute("NOTIFY something")
    time.sleep(0.1)
    assert one.is_usable()
    assert one.is_usable()
