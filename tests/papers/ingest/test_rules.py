"""The rules for submitting papers: on which day's list a paper comes, when a day begins, and its words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from papers import period
from papers.ingest import rules, submitting, tasks
from papers.ingest.submitting import Additions
from papers.models import Day, Paper
from tests.factories import RECORD, PaperFactory, SubmissionFactory
from tests.orgs.conftest import confirm

WORKDAYS = ["mon", "tue", "wed", "thu", "fri"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def listed(person, published: datetime | None = None) -> Paper:
    """The paper after this person has listed it."""
    record = RECORD.as_json() | ({"published_at": published.isoformat()} if published else {})
    look = SubmissionFactory(user=person, state="fetched", record=record)
    return submitting.list_paper(person, look, Additions())


@pytest.mark.parametrize(
    ("zone", "hour", "moment", "day"),
    [
        ("UTC", 0, "2025-09-10T23:59:59", "2025-09-10"),
        ("UTC", 0, "2025-09-11T00:00:00", "2025-09-11"),
        ("UTC", 6, "2025-09-11T05:59:59", "2025-09-10"),
        ("UTC", 6, "2025-09-11T06:00:00", "2025-09-11"),
        ("UTC", 20, "2025-09-10T19:59:59", "2025-09-10"),
        ("UTC", 20, "2025-09-10T20:00:00", "2025-09-11"),
        ("America/New_York", 20, "2025-09-10T23:59:59", "2025-09-10"),
        ("America/New_York", 20, "2025-09-11T00:00:00", "2025-09-11"),
        ("America/New_York", 20, "2025-12-11T00:59:59", "2025-12-10"),
        ("Asia/Tokyo", 0, "2025-09-10T15:00:00", "2025-09-11"),
    ],
)
def test_a_day_turns_over_at_its_hour_in_its_zone(settings, time_machine, zone, hour, moment, day):
    settings.DAY_TIME_ZONE, settings.DAY_TURNS_AT = zone, hour
    time_machine.move_to(at(moment), tick=False)
    assert period.today() == date.fromisoformat(day)
    assert period.beginning_of(period.today()) <= at(moment) < period.beginning_of(period.today() + timedelta(days=1))


@pytest.mark.parametrize(
    ("published", "now", "day"),
    [
        ("2025-09-10T12:00", "2025-09-10T13:00", "2025-09-10"),
        ("2025-09-01T23:59", "2025-09-15T23:59", "2025-09-15"),
        ("2025-09-01T23:59", "2025-09-16T00:00", None),
        ("2017-06-12T17:57", "2025-09-15T12:00", None),
        ("2025-09-11T00:00", "2025-09-10T23:59", "2025-09-10"),  # arXiv's clock is ahead of ours
        ("2025-09-12T12:00", "2025-09-13T12:00", "2025-09-15"),  # a Saturday
        ("2025-08-31T12:00", "2025-09-14T12:00", "2025-09-15"),  # not too old on the Sunday on which it is submitted
    ],
)
def test_a_paper_comes_on_the_next_list_unless_it_is_too_old(settings, published, now, day):
    settings.SUBMIT_WEEKDAYS = WORKDAYS
    assert rules.listing_day(at(published), at(now)) == (day and date.fromisoformat(day))


def test_what_is_submitted_at_the_weekend_is_listed_by_the_job_of_monday(alice, signed_in, settings, time_machine):
    settings.SUBMIT_WEEKDAYS = WORKDAYS
    time_machine.move_to("2025-09-13T12:00Z")  # a Saturday
    paper = listed(confirm(alice))
    assert (paper.is_listed, paper.due_on) == (False, date(2025, 9, 15))
    page = " ".join(signed_in(alice).get("/papers/2509.08721").content.decode().split())
    assert 'Will be on the list of <time datetime="2025-09-15"> 15 September 2025</time>' in page
    time_machine.move_to("2025-09-14T23:59Z")
    tasks.list_due_papers(timestamp=0)
    assert (Paper.objects.listed().count(), Day.objects.count()) == (0, 0)
    time_machine.move_to("2025-09-15T00:00Z", tick=False)
    for _ in range(2):
        tasks.list_due_papers(timestamp=0)
    paper.refresh_from_db()
    assert (paper.is_listed, paper.due_on, paper.listed_at) == (True, None, at("2025-09-15T00:00"))
    assert list(Day.objects.values_list("date", "paper_count")) == [(date(2025, 9, 15), 1)]
    assert "Sharing is caring" in signed_in(alice).get("/papers/date/2025-09-15").content.decode()


def test_a_worker_that_comes_late_keeps_the_promised_day(alice, settings, time_machine):
    settings.SUBMIT_WEEKDAYS = WORKDAYS
    time_machine.move_to("2025-09-13T12:00Z")
    paper = listed(confirm(alice))
    time_machine.move_to("2025-09-17T12:00Z")
    tasks.list_due_papers(timestamp=0)
    paper.refresh_from_db()
    assert (paper.listed_on, Day.objects.get().date) == (date(2025, 9, 15), date(2025, 9, 15))


@pytest.mark.parametrize(
    ("zone", "moment", "is_listed", "day"),
    [
        ("America/New_York", "2025-09-12T01:00", True, "2025-09-11"),  # nine in the evening there
        ("America/New_York", "2025-09-12T12:00", True, "2025-09-12"),
        ("Asia/Tokyo", "2025-09-11T20:00", False, "2025-09-12"),  # five in the morning there
        ("Asia/Tokyo", "2025-09-12T01:00", True, "2025-09-12"),
    ],
)
def test_a_paper_is_on_the_list_of_the_day_that_it_is_there(
    alice, settings, time_machine, zone, moment, is_listed, day
):
    settings.DAY_TIME_ZONE = zone
    time_machine.move_to(at(moment), tick=False)
    paper = listed(confirm(alice))
    paper.refresh_from_db()
    assert (paper.is_listed, str(paper.listed_on if is_listed else paper.due_on)) == (is_listed, day)
    assert paper.listed_at <= at(moment)


def test_the_front_page_shows_the_day_that_it_is_there(alice, stranger, settings, time_machine):
    settings.DAY_TIME_ZONE = "America/New_York"
    time_machine.move_to("2025-09-12T01:00Z")
    of_friday, paper = PaperFactory(listed_at=at("2025-09-12T00:30")), listed(confirm(alice))
    page = stranger.get("/papers").content.decode()
    assert (f'id="paper-{paper.pk}"' in page, f'id="paper-{of_friday.pk}"' in page) == (True, False)
    assert "Thursday, 11 September 2025" in page
    assert stranger.get("/papers/date/2025-09-12").status_code == 404


def test_the_page_states_the_rules_of_the_settings(alice, signed_in, settings, time_machine):
    time_machine.move_to("2025-09-10T12:00Z")
    reader = signed_in(confirm(alice))
    page = reader.get("/papers/submit").content.decode()
    assert "5 of 5 left today" in page
    for rule in (
        "You need a confirmed email address.",
        "You can submit 5 papers a day. A day begins at midnight UTC.",
        "Papers first published on arXiv in the last 14 days can be listed today; older ones are added to the site and "
        "its search, but to no day’s list.",
        "15 a day for you, and 75 for everybody on your network.",
    ):
        assert rule in page
    assert "There is a list on" not in page
    settings.SUBMIT_WEEKDAYS, settings.SUBMIT_DAILY_LIMIT, settings.SUBMIT_MAX_AGE_DAYS = ["mon", "wed"], 1, 0
    settings.SUBMIT_CONFIRMED_ADDRESS, settings.DAY_TIME_ZONE, settings.DAY_TURNS_AT = False, "Europe/Berlin", 20
    page = reader.get("/papers/submit").content.decode()
    assert "1 of 1 left today" in page
    assert "confirmed" not in page
    for rule in (
        "You can submit 1 paper a day. A day begins at 20:00 (Europe/Berlin) on the evening before.",
        "Papers first published on arXiv today can be listed on the next list;",
        "There is a list on Mondays and Wednesdays. What is submitted on another day comes on the next one.",
    ):
        assert rule in page
