"""Which errors mean that the database does not answer."""

from threading import Thread

import pytest
from django.db import Error, connection

from lib import outage
from lib.failures import is_failure

TOO_MANY = 70_000  # parameters, which the client refuses to send


@pytest.fixture(autouse=True)
def unguarded(monkeypatch):
    """Each test may connect, although one before could not, in a process that another module has made a web process."""
    monkeypatch.setattr(outage._guard, "is_on", False)


def use_a_closed_cursor() -> None:
    with connection.cursor() as cursor:
        pass
    cursor.execute("SELECT 1")


def send_too_many_parameters() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(['%s'] * TOO_MANY)}", ["x"] * TOO_MANY)


def divide_by_zero() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")


def lose_the_connection() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def go_on_with_a_lost_connection() -> None:
    with pytest.raises(Error):
        lose_the_connection()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def connect_to_nothing() -> None:
    connection.settings_dict = connection.settings_dict | {"HOST": "127.0.0.1", "PORT": "9"}
    connection.ensure_connection()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (use_a_closed_cursor, False),
        (send_too_many_parameters, False),
        (divide_by_zero, False),
        (lose_the_connection, True),
        (go_on_with_a_lost_connection, True),
        (connect_to_nothing, True),
    ],
)
def test_only_a_lost_connection_or_what_the_server_says_of_itself_is_a_failure(cause, expected):
    found = []

    def act() -> None:
        """In a thread, which has a connection of its own that it may lose."""
        connection.ensure_connection()
        if cause is connect_to_nothing:
            connection.close()
        try:
            cause()
        except Error as error:
            found.append(is_failure(error))
        finally:
            connection.close()

    (thread := Thread(target=act)).start()
    thread.join()
    assert found == [expected]
