"""What is known of a request or a job while it is done."""

import asyncio
from types import SimpleNamespace

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory

from lib.jobs import record_errors
from lib.watching import MAX_PAGES, NO_PAGE, Watched, WatchMiddleware, current_fields, of


def test_what_a_job_logs_has_its_id_and_task():
    async def call_next():
        return current_fields()

    job = SimpleNamespace(id=17, task_name="papers.tasks.index", task_kwargs={}, attempts=0)
    fields = asyncio.run(record_errors(call_next, SimpleNamespace(job=job), None))
    assert fields == {"job": 17, "task": "papers.tasks.index"}
    assert current_fields() == {}


class Site:
    """An application that sees the request, or that answers as the front door does with what it has kept."""

    def __init__(self, *, is_kept: bool = False, name: str = "papers:paper", run=lambda: None):
        self.is_kept, self.name, self.run, self.watch = is_kept, name, run, None

    def __call__(self, environ, start_response):
        if not self.is_kept:
            request = RequestFactory().get("/")
            request.META = environ
            WatchMiddleware(self.see)(request)
        start_response("200 OK", [("X-Cache", "hit" if self.is_kept else "miss")])
        self.watch = of(environ)
        return [b"page"]

    def see(self, request) -> HttpResponse:
        request.resolver_match = SimpleNamespace(view_name=self.name)
        self.run()
        return HttpResponse()


def ask(application, path="/any") -> dict[str, str]:
    head = []
    application(RequestFactory().get(path).environ, lambda *answer: head.extend(answer))
    return dict(head[1])


def test_an_answer_that_was_kept_has_the_page_that_it_had_when_it_was_made():
    watched = Watched(site := Site())
    made = ask(watched)
    site.is_kept = True
    kept = ask(watched)
    assert (site.watch.is_kept, site.watch.page) == (True, "papers:paper")
    assert made["X-Request-ID"] != kept["X-Request-ID"]
    ask(watched, "/other")
    assert (site.watch.is_kept, site.watch.page) == (True, NO_PAGE)


def test_a_process_remembers_the_pages_of_so_many_addresses_and_no_more():
    watched = Watched(Site())
    for number in range(MAX_PAGES + 10):
        ask(watched, f"/{number}")
    assert len(watched.pages) == 10


def test_statements_of_a_request_are_measured_and_no_others(db):
    def run():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.execute("SELECT pg_sleep(0.01)")

    run()
    ask(Watched(site := Site(run=run)))
    run()
    assert site.watch.statements == 2
    assert site.watch.statement_seconds >= 0.01


def test_an_error_of_the_application_is_counted_and_raised():
    def run():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(Watched(Site(run=run)))
    assert current_fields() == {}
