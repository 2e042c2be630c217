"""How a line of the log is written, and what of a message or an exception is not."""

import json
import logging
import smtplib

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from lib import logs, watching

MARK = "zanzibar"


def line(name="papers.any", message="Done", *args, kind="json", **more) -> str:
    record = logging.LogRecord(name, logging.WARNING, "any.py", 1, message, args, more.pop("exc_info", None))
    record.__dict__ |= more
    return logs.formatter(kind, {"papers"}).format(record)


def error_line(error: Exception) -> str:
    with pytest.raises(type(error)) as raised:
        raise error
    return json.loads(line(exc_info=(raised.type, raised.value, raised.tb)))["exception"]


def test_a_line_is_json_with_time_level_logger_event_and_details():
    with watching.job(17, "papers.tasks.index"):
        written = json.loads(line("papers.search", "Took %d s", 3, duration_ms=3_000, anything=MARK))
    assert written.pop("time").endswith("+00:00")
    assert written == {
        "level": "warning",
        "logger": "papers.search",
        "event": "Took 3 s",
        "job": 17,
        "task": "papers.tasks.index",
        "duration_ms": 3_000,
    }


def test_a_line_of_text_says_the_same():
    text = line("papers.search", "Took %d s", 3, kind="text", duration_ms=3_000)
    assert text.endswith(" WARNING papers.search: Took 3 s (duration_ms=3000)")


@pytest.mark.parametrize(
    ("message", "args", "event"),
    [
        ("Exception while serving /papers?q=zanzibar", (), "Exception while serving …"),
        ("Unexpected auth - 'zanzibar'", (), "Unexpected auth - …"),
        ("%d threads, %s", (3, MARK), "3 threads, …"),
        ("%(number)s of %(name)s", ({"number": 3, "name": MARK},), "3 of …"),
        ("100 % sure", (), "100 % sure"),
        ("got '%s' and \"%d\" from /x/%s", (MARK, 3, MARK), "got … and … from …"),
        ("%d of %.1f", (None, MARK), "%d of %.1f"),
        ("%r", ({MARK: 1},), "{…: 1}"),
    ],
)
def test_of_a_library_only_the_text_of_its_code_and_numbers_are_written(message, args, event):
    assert json.loads(line("waitress", message, *args))["event"] == event


def test_django_names_the_status_and_not_the_address():
    written = json.loads(line("django.request", "Internal Server Error: %s", f"/papers/{MARK}", status_code=500))
    assert written["event"] == "Internal Server Error"


@pytest.mark.parametrize("address", ["ada@example.org", "192.0.2.7", "2001:db8::7", "1:2:3:4:5:6:7:8"])
def test_no_address_is_written_even_if_a_message_of_ours_has_one(address):
    assert json.loads(line("papers.any", "From %s at 12:34:56", address))["event"] == "From … at 12:34:56"


@pytest.mark.parametrize(
    ("error", "last"),
    [
        (ValueError(MARK), "ValueError: …"),
        (KeyError(MARK), "KeyError: …"),
        (ValueError(), "ValueError"),
        (TypeError("this is no number"), "TypeError: this is no number"),
        (FileNotFoundError(2, "No such file or directory", f"/{MARK}"), "FileNotFoundError: [Errno 2] No such file"),
        (smtplib.SMTPDataError(554, MARK.encode()), "smtplib.SMTPDataError: 554 …"),
        (smtplib.SMTPRecipientsRefused({MARK: (550, b"no")}), "smtplib.SMTPRecipientsRefused: …"),
    ],
)
def test_of_an_exception_only_messages_about_code_or_machine_are_written(error, last):
    text = error_line(error)
    assert text.splitlines()[-1].startswith(last)
    assert "test_logs.py" in text
    assert MARK not in text


def test_the_causes_of_an_exception_are_written_without_their_messages():
    error = RuntimeError(MARK)
    error.__cause__ = ValueError(MARK)
    error.add_note(MARK)
    text = error_line(error)
    assert text.startswith("ValueError: …\n\nwhich led to:")
    assert MARK not in text


def test_of_an_error_of_the_database_no_value_is_written(db):
    User.objects.create(username=MARK)
    with pytest.raises(IntegrityError) as twice, transaction.atomic():
        User.objects.create(username=MARK)
    text = error_line(twice.value)
    assert "23505 duplicate key value violates unique constraint" in text
    with pytest.raises(DatabaseError) as wrong, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [MARK])
    assert "psycopg.errors.InvalidTextRepresentation: 22P02 …" in (other := error_line(wrong.value))
    assert MARK in str(twice.value) + str(wrong.value)
    assert MARK not in text + other
