"""Visits and what is new since the last one, days that a reader is done with, and catching up."""

import re
from datetime import timedelta
from functools import partial

import pytest
import time_machine

from papers.discussion import lists
from papers.models import DayDone, Dismissed, Seen, Visit, visit
from tests.factories import NOON, PaperFactory
from tests.papers.discussion.test_seen import text
from tests.papers.lists.test_lists import titles
from tests.papers.lists.test_statements import assert_costs
from tests.race import race

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON + timedelta(hours=6), tick=False) as clock:
        yield clock


@pytest.fixture
def reader(clock, alice, signed_in):
    return signed_in(alice)


def remember(reader) -> None:
    """Post the visit if the day's page has the button for it."""
    if "Remember this visit" in text(reader.get("/papers")):
        assert reader.act("/papers/visit", {"next": "/papers"}).url == "/papers"


def line(reader, path="/papers") -> str:
    found = re.search(r'<ul class="since".*?</ul>', reader.get(path).content.decode(), re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", found[0]).split()) if found else ""


def test_a_visit_ends_with_half_an_hour_without_activity(paper, reader, alice, clock):
    assert "last visit" not in line(reader)
    remember(reader)
    start = visit.timezone.now()
    for _ in range(3):
        clock.shift(20 * MINUTE)
        remember(reader)
        assert "last visit" not in line(reader)
    end = visit.timezone.now()
    assert end - start == 60 * MINUTE
    clock.shift(31 * MINUTE)
    assert Visit.objects.since(alice) == end
    before = line(reader)
    remember(reader)
    assert Visit.objects.since(alice) == end
    assert "Nothing new since your last visit today" in before
    assert line(reader) + " Remember this visit" == before


def test_the_button_is_there_every_ten_minutes_and_htmx_takes_it_away(paper, reader, clock, stranger):
    page = reader.get("/papers").content.decode()
    assert re.search(r'formaction="/papers/visit" hx-post="/papers/visit"\s+hx-trigger="load, click"', page)
    assert reader.act("/papers/visit", headers={"hx-request": "true"}).content == b""
    assert "/papers/visit" not in reader.get("/papers").content.decode()
    clock.shift(9 * MINUTE)
    assert "/papers/visit" not in reader.get("/papers/trending").content.decode()
    clock.shift(2 * MINUTE)
    assert "/papers/visit" in reader.get("/papers/trending").content.decode()
    assert 'class="since"' not in stranger.get("/papers").content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_visit_that_is_posted_twenty_times_at_once_is_one(alice):
    end = visit.timezone.now() - DAY
    race(*[partial(Visit.objects.record, alice)] * 20)
    Visit.objects.update(current_at=end)
    race(*[partial(Visit.objects.record, alice)] * 20)
    state = Visit.objects.get()
    assert state.previous_at == state.earlier_at == end == Visit.objects.since(alice)


@pytest.fixture
def since_monday(reader, alice):
    """Alice was here two days ago at noon. Four papers came since then, of which she has dismissed one."""
    Visit.objects.create(user=alice, current_at=NOON - 2 * DAY)
    papers = {
        name: PaperFactory(
            title=name, imported_votes=votes, listed_at=NOON - timedelta(days=days) + hours * 60 * MINUTE
        )
        for name, votes, days, hours in (
            ("old", 9, 2, -1),
            ("monday", 1, 2, 1),
            ("tuesday", 5, 1, 0),
            ("today", 2, 0, 0),
            ("best of today", 7, 0, 0),
            ("dismissed", 8, 0, 0),
        )
    }
    Dismissed.objects.make(alice, papers["dismissed"])
    return papers


@pytest.mark.parametrize(
    ("path", "new"),
    [
        ("/papers", ["best of today", "today"]),
        ("/papers/date/2025-09-08", ["monday"]),
        ("/papers/month/2025-09", ["best of today", "tuesday", "today", "monday"]),
        ("/papers/trending", ["best of today", "tuesday", "today", "monday"]),
    ],
)
def test_the_number_of_new_papers_is_that_of_the_filtered_list(since_monday, reader, path, new):
    assert line(reader, path).startswith(f"{len(new)} new since your last visit on 8 September Hide seen")
    link = re.search(r'<a href="([^"]*\?seen=new)"', reader.get(path).content.decode())[1]
    assert titles(reader.get(link or path)) == new


def test_no_more_than_a_hundred_are_counted(since_monday, reader, monkeypatch):
    monkeypatch.setattr(visit, "MAX_NEW", 3)
    assert line(reader, "/papers/trending").startswith("2+ new since")


def test_a_day_is_done_and_undone(since_monday, reader, alice, bob, signed_in):
    day = "/papers/date/2025-09-10"
    assert "Mark day done" in line(reader, day)
    for _ in range(2):
        answer = reader.act(f"{day}/done", {"next": "/papers", "at": "done-20250910"})
        assert answer.url == "/papers#done-20250910"
        assert "Marked as done. Undo" in line(reader, day)
    assert titles(reader.get(f"{day}?seen=no")) == []
    assert len(titles(signed_in(bob).get(f"{day}?seen=no"))) == 3
    for _ in range(2):
        reader.act(f"{day}/done/undo")
        assert titles(reader.get(f"{day}?seen=no")) == ["best of today", "today"]


@pytest.mark.parametrize("day", ["2025-09-06", "2025-02-30", "1990-01-01", "today"])
def test_only_a_day_with_papers_can_be_done(since_monday, reader, day):
    assert reader.act(f"/papers/date/{day}/done").status_code == 404
    assert DayDone.objects.count() == 0


def test_catching_up_day_by_day(since_monday, reader, alice):
    assert "Catch up on 3 days" in line(reader)
    page = reader.get("/papers/catch-up")
    assert titles(page) == ["best of today", "today", "tuesday", "old", "monday"]
    assert "3 days left" in text(page)
    assert "Wed 10 Sep 2 papers Mark as done Tue 9 Sep 1 paper Mark as done Mon 8 Sep 2 papers" in text(page)
    assert "Tuesday, 9 September 2025</span>" not in page.content.decode()
    Seen.objects.make(alice, since_monday["old"])
    reader.act("/papers/date/2025-09-10/done")
    page = reader.get("/papers/catch-up")
    assert titles(page) == ["tuesday", "monday"]
    assert "2 days left" in text(page)
    assert "Wed 10 Sep Marked as done. Undo Tue 9 Sep" in text(page)
    for day in ("2025-09-09", "2025-09-08"):
        reader.act(f"/papers/date/{day}/done")
    page = reader.get("/papers/catch-up")
    assert (titles(page), "No days left. Wed 10 Sep Marked as done. Undo" in text(page)) == ([], True)
    assert "You are up to date." in text(page)
    reader.act("/papers/date/2025-09-09/done/undo")
    assert titles(reader.get("/papers/catch-up")) == ["tuesday"]


def test_a_break_leaves_what_one_has_to_catch_up_on(since_monday, reader, alice, clock):
    for pause in (0, 31, 40):
        clock.shift(pause * MINUTE)
        for _ in range(2):
            assert "Catch up on 3 days" in line(reader)
            assert "3 days left" in text(reader.get("/papers/catch-up"))
            remember(reader)
    end = visit.timezone.now()
    assert "last visit on 8 September" not in line(reader)
    clock.shift(DAY)
    for _ in range(2):
        assert "Catch up on 1 day " in f"{line(reader)} "
        assert titles(reader.get("/papers/catch-up")) == ["best of today", "today"]
        remember(reader)
    assert Visit.objects.get().earlier_at == end


@pytest.mark.parametrize(
    ("seen", "dismissed", "done", "days"),
    [
        (["tuesday"], [], [], 2),
        (["monday", "old"], ["tuesday"], [], 1),
        (["monday"], [], [10], 2),
        ([], ["tuesday"], [8, 10], 0),
        (["monday", "today"], ["old", "best of today"], [9], 0),
    ],
)
def test_the_link_counts_the_days_that_the_page_has_papers_of(since_monday, reader, alice, seen, dismissed, done, days):
    for kind, names in ((Seen, seen), (Dismissed, dismissed)):
        for name in names:
            kind.objects.make(alice, since_monday[name])
    for day in done:
        DayDone.objects.make(alice, NOON.date().replace(day=day))
    page = reader.get("/papers/catch-up")
    assert len({since_monday[title].listed_on for title in titles(page)}) == days
    if days:
        noun = "day" if days == 1 else "days"
        assert f"Catch up on {days} {noun} Remember" in line(reader)
        assert f"{days} {noun} left" in text(page)
    else:
        assert "Catch up" not in line(reader)
        assert "No days left." in text(page)
        assert "You are up to date." in text(page)


def test_a_paper_that_comes_after_its_day_was_done_is_new(since_monday, reader, clock):
    reader.act("/papers/date/2025-09-10/done")
    clock.shift(60 * MINUTE)
    PaperFactory(title="late", listed_at=visit.timezone.now())
    clock.shift(MINUTE)
    assert "Catch up on 3 days" in line(reader)
    assert titles(reader.get("/papers/catch-up"))[0] == "late"
    assert titles(reader.get("/papers/date/2025-09-10?seen=no")) == ["late"]
    reader.act("/papers/date/2025-09-10/done")
    assert "late" not in titles(reader.get("/papers/catch-up"))


@pytest.mark.parametrize(("last_visit", "days"), [(None, 7), (NOON - 3 * DAY, 4), (NOON - 90 * DAY, 30)])
def test_how_far_back_one_catches_up(reader, alice, last_visit, days):
    for age in range(40):
        PaperFactory(title=str(age), listed_at=NOON - age * DAY)
    if last_visit:
        Visit.objects.create(user=alice, current_at=last_visit)
    assert f"Catch up on {days} days" in line(reader)
    assert len(lists.days_to_catch_up(alice)) == days
    assert titles(reader.get("/papers/catch-up")) == [str(age) for age in range(days)]


def test_a_long_list_to_catch_up_on_is_read_by_pages(reader):
    for n in range(35):
        PaperFactory(title=str(n), imported_votes=n, listed_at=NOON - (n % 2) * DAY)
    page = reader.get("/papers/catch-up").content.decode()
    older = re.search(r'<li class="older"><a href="([^"]+)"', page)[1].replace("&amp;", "&")
    expected = [str(n) for n in sorted(range(35), key=lambda n: (n % 2, -n))]
    assert [*titles(reader.get("/papers/catch-up")), *titles(reader.get(f"/papers/catch-up{older}"))] == expected


@pytest.mark.parametrize("rows", [1, 30])
def test_statements_do_not_grow_with_rows(reader, alice, rows):
    for _ in range(rows):
        PaperFactory()
        Dismissed.objects.make(alice, PaperFactory())
    assert_costs(reader, "/papers/catch-up", 7, rows)
    assert_costs(reader, "/papers/dismissed", 2, rows)


def test_a_stranger_is_led_to_sign_in(paper, stranger):
    for path in ("/papers/catch-up", "/papers/dismissed"):
        assert stranger.get(path).url == f"/accounts/login/?next={path}"
