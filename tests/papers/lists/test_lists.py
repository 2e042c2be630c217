"""Pages of lists: periods, orders, filters, chips, older papers, and what each viewer sees."""

import re
from datetime import timedelta

import pytest

from papers.models import Bookmark, CodeState, Paper
from tests.factories import NOON, OrganisationFactory, PaperFactory


def titles(answer) -> list[str]:
    matches = re.findall(r"<h2><a href=\"/papers/[^>]+>(.*?)</a></h2>", answer.content.decode())
    return [re.sub("</?mark>", "", title) for title in matches]


def next_page(answer) -> str:
    return re.search(r'class="older"><a href="([^"]+)"', answer.content.decode())[1].replace("&amp;", "&")


@pytest.fixture
def three_days(db):
    for days, name in enumerate(("first", "second", "third")):
        for votes in (1, 3, 2):
            PaperFactory(title=f"{name} {votes}", imported_votes=votes, listed_at=NOON + timedelta(days=2 * days))


def test_the_front_page_is_the_latest_day_with_papers(three_days, stranger):
    for path in ("/", "/papers", "/papers/date/2025-09-14"):
        answer = stranger.get(path)
        assert titles(answer) == ["third 3", "third 2", "third 1"]
        assert "Sunday, 14 September 2025" in answer.content.decode()
    html = stranger.get("/papers").content.decode()
    assert 'href="/papers/date/2025-09-12" rel="prev"' in html
    assert 'rel="next"' not in html


def test_neighbours_skip_days_without_papers(three_days, stranger):
    html = stranger.get("/papers/date/2025-09-12").content.decode()
    assert 'href="/papers/date/2025-09-10" rel="prev"' in html
    assert 'href="/papers/date/2025-09-14" rel="next"' in html


def test_weeks_and_months(three_days, stranger):
    assert len(titles(stranger.get("/papers/week/2025-W37"))) == 9
    assert len(titles(stranger.get("/papers/month/2025-09"))) == 9
    assert titles(stranger.get("/papers/week/2025-W36")) == []
    assert titles(stranger.get("/papers/week")) == titles(stranger.get("/papers/week/2025-W37"))
    assert titles(stranger.get("/papers/month")) == titles(stranger.get("/papers/month/2025-09"))


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/papers/date/2025-09-11", 200, "No papers were listed on this day."),
        ("/papers/date/2025-02-30", 404, "Wednesday, 10 September 2025"),
        ("/papers/date/2025-09-31", 404, "Sunday, 14 September 2025"),
        ("/papers/date/yesterday", 404, "yesterday is not a date."),
        ("/papers/date/1990-01-01", 404, "No papers before 1991."),
        ("/papers/week/2025-W54", 404, "is not a date"),
        ("/papers/month/2025-13", 404, "is not a date"),
        ("/papers/date/2999-01-01", 404, "is in the future"),
        ("/papers/date?day=2025-02-30", 400, "Enter a date such as 2025-09-10"),
        ("/papers?older=made-up", 400, "damaged or out of date"),
        ("/papers?min_votes=many", 400, "Enter a number"),
        ("/papers?min_votes=99999999999999999999", 400, "less than or equal"),
        ("/papers?after=soon", 400, "Enter a valid date"),
        ("/papers?sort=best", 400, "Unknown order “best”"),
        ("/papers?after=2025-09-10&before=2025-09-09", 400, "before the first day"),
        ("/papers?has=money", 400, "Select a valid choice"),
        ("/papers?repro=maybe", 400, "Select a valid choice"),
        (f"/papers?q={'x' * 600}", 200, "a search has at most 500 characters"),
        ("/papers?q=%00", 400, "NUL"),
        ("/orgs/nobody", 404, "Page not found"),
        ("/people/nobody", 404, "Page not found"),
    ],
)
def test_bad_and_empty_addresses_are_answered_in_words(three_days, stranger, caplog, path, status, words):
    answer = stranger.get(path)
    assert answer.status_code == status
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert caplog.records == []


def test_the_date_picker_leads_to_the_day(db, stranger):
    assert stranger.get("/papers/date?day=2025-09-10").url == "/papers/date/2025-09-10"


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("votes", ["b", "c", "a"]),
        ("newest", ["c", "b", "a"]),
        ("discussed", ["a", "c", "b"]),
        ("hot", ["b", "c", "a"]),
    ],
)
def test_orders(db, stranger, sort, expected):
    for hour, (title, votes, comments) in enumerate([("a", 1, 9), ("b", 30, 0), ("c", 9, 2)]):
        listed_at = NOON + timedelta(hours=hour)
        PaperFactory(title=title, imported_votes=votes, imported_comments=comments, listed_at=listed_at)
    assert titles(stranger.get(f"/papers/date/2025-09-10?sort={sort}")) == expected


@pytest.fixture
def various_papers(db):
    lab = OrganisationFactory(slug="lab", name="The Lab")
    PaperFactory(title="Straße to Gödel", authors=["José Núñez"], organisation=lab, imported_votes=5)
    PaperFactory(
        title="With code",
        code_url="https://example.org/x",
        categories=["cs.CL"],
        keywords=["Large Models"],
        works_count=2,
        fails_count=1,
    )
    PaperFactory(title="100% plain_text", listed_at=NOON - timedelta(days=9), partly_count=1)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=strasse", ["Straße to Gödel"]),
        ("q=godel+nunez", ["Straße to Gödel"]),
        ("q=NÚÑEZ", ["Straße to Gödel"]),
        ("q=100%25", ["100% plain_text"]),
        ("q=plain_", ["100% plain_text"]),
        ("q=p_ain", []),
        ("org=lab", ["Straße to Gödel"]),
        ("org=LAB", ["Straße to Gödel"]),
        ("min_votes=5", ["Straße to Gödel"]),
        ("has=code", ["With code"]),
        ("repro=works", ["With code"]),
        ("repro=fails", ["With code"]),
        ("repro=partly", ["100% plain_text"]),
        ("repro=any", ["With code", "100% plain_text"]),
        ("repro=partly&has=code", []),
        ("topic=cs.cl", ["With code"]),
        ("topic=large+models", ["With code"]),
        ("topic=large", []),
        ("before=2025-09-09", ["100% plain_text"]),
        ("after=2025-09-02&has=code&topic=cs.CL&q=code", ["With code"]),
        ("org=lab&has=code", []),
    ],
)
def test_filters_combine(various_papers, stranger, query, expected):
    assert titles(stranger.get(f"/papers?{query}")) == expected


def test_code_that_is_dead_or_empty_is_no_code_and_cards_say_what_it_is(db, stranger):
    names = {"unknown": "Code", "living": "Code", "archived": "Code (archived)", "empty": "Code (empty)"}
    for state in CodeState:
        PaperFactory(title=f"{state}", code_url=f"https://github.com/lab/{state}", code_state=state)
    for path in ("/papers?has=code", "/papers?q=has:code", "/papers/date/2025-09-10?has=code"):
        assert sorted(titles(stranger.get(path, follow=True))) == ["archived", "living", "unknown"]
    html = stranger.get("/papers/date/2025-09-10").content.decode()
    for state, name in (names | {"dead": "Code (dead link)"}).items():
        assert f'<a href="https://github.com/lab/{state}" rel="noopener">{name}</a>' in html


def test_a_filter_on_a_dated_page_stays_inside_it(various_papers, stranger):
    assert titles(stranger.get("/papers/date/2025-09-01?min_votes=0")) == ["100% plain_text"]
    assert titles(stranger.get("/papers/date/2025-09-01?has=code")) == []


def test_chips_say_what_is_active_and_remove_it(various_papers, stranger):
    html = stranger.get("/papers?org=lab&min_votes=2&sort=newest").content.decode()
    assert re.search(r'href="\?org=lab&amp;sort=newest"[^>]*>Minimum upvotes: 2', html)
    assert re.search(r'href="\?min_votes=2&amp;sort=newest"[^>]*>Organisation: The Lab', html)
    html = stranger.get("/papers?repro=any").content.decode()
    assert re.search(r'href="\?"[^>]*>Reproduction reports: any', html)
    assert '<option value="any" selected>any</option>' in html


def test_pages_follow_each_other_without_gap_or_repeat(db, stranger):
    for n in range(95):
        PaperFactory(title=f"n{n}", imported_votes=n % 7)
    seen, path = [], "/papers/month/2025-09"
    while path:
        answer = stranger.get(path)
        seen += titles(answer)
        link = re.search(r'<li class="older"><a href="([^"]+)"', answer.content.decode())
        path = link and link[1].replace("&amp;", "&")
    assert len(seen) == 95
    assert set(seen) == set(Paper.objects.values_list("title", flat=True))


def test_older_papers_stay_those_of_the_day_one_reads(db, stranger):
    for _ in range(31):
        PaperFactory()
    older = next_page(stranger.get("/papers"))
    PaperFactory(listed_at=NOON + timedelta(days=1))
    assert len(titles(stranger.get(older))) == 1
    assert older.startswith("/papers/date/2025-09-10?")


def test_papers_listed_in_the_future_wait_for_their_day(db, stranger):
    PaperFactory(title="now")
    PaperFactory(title="then", listed_at=NOON.replace(year=2150))
    page = stranger.get("/papers")
    assert titles(page) == ["now"]
    assert 'rel="next"' not in page.content.decode()


def test_an_arxiv_id_in_the_box_is_the_paper(db, stranger):
    for typed in ("2509.08721", "arXiv:2509.08721v2", "https://arxiv.org/abs/2509.08721"):
        assert stranger.get("/papers", {"q": typed}).url == "/papers/2509.08721"


def test_one_list_has_one_address(db, stranger):
    assert stranger.get("/papers?q=&org=lab&topic=&sort=").url == "/papers?org=lab"


def test_htmx_gets_the_next_rows_alone(db, stranger):
    for _ in range(31):
        PaperFactory()
    link = next_page(stranger.get("/papers"))
    rows = stranger.get(link, headers={"hx-request": "true"})
    assert len(titles(rows)) == 1
    assert "<html" not in rows.content.decode()
    assert len(titles(stranger.get(link))) == 1


def test_a_cursor_of_one_order_is_refused_by_another(db, stranger):
    for _ in range(31):
        PaperFactory()
    link = next_page(stranger.get("/papers"))
    assert stranger.get(f"{link}&sort=newest").status_code == 400


def test_bookmarks_are_private_and_last_saved_first(alice, bob, signed_in, stranger):
    papers = [PaperFactory() for _ in range(3)]
    for paper in papers:
        Bookmark.objects.make(alice, paper)
    assert titles(signed_in(alice).get("/bookmarks")) == [p.title for p in reversed(papers)]
    assert titles(signed_in(bob).get("/bookmarks")) == []
    assert stranger.get("/bookmarks").url == "/accounts/login/?next=/bookmarks"


def test_bookmarks_say_which_papers_changed_since_and_other_lists_do_not(alice, bob, signed_in, stranger):
    paper, same, late = [PaperFactory(version=2) for _ in range(3)]
    for marked in (paper, same):
        Bookmark.objects.make(alice, marked)
    Paper.objects.touch([paper.pk, late.pk], version=4)
    for reader, marked in ((bob, Paper.objects.get(pk=paper.pk)), (alice, Paper.objects.get(pk=late.pk))):
        Bookmark.objects.make(reader, marked)
    change = f'href="/papers/{paper.arxiv_id}/versions">Changed since you saved it: v2 → v4</a>'
    bookmarks = signed_in(alice).get("/bookmarks").content.decode()
    assert (change in bookmarks, bookmarks.count("Changed since")) == (True, 1)
    for reader, path in ((signed_in(alice), "/papers/date/2025-09-10"), (signed_in(bob), "/bookmarks")):
        assert "Changed since" not in reader.get(path).content.decode()
    reader = signed_in(alice)
    for verb in ("bookmark/remove", "bookmark"):
        reader.act(f"/papers/{paper.arxiv_id}/{verb}")
    assert "Changed since" not in reader.get("/bookmarks").content.decode()


def test_the_year_stands_only_where_it_is_another(db, stranger, time_machine):
    time_machine.move_to("2026-01-05T10:00Z")
    PaperFactory(published_at=NOON)
    assert "10 Sep 2025" in stranger.get("/papers").content.decode()
    time_machine.move_to("2025-12-05T10:00Z")
    assert ">10 Sep<" in stranger.get("/papers").content.decode()


def test_an_empty_site_says_so(db, stranger):
    assert "This site is new" in stranger.get("/papers").content.decode()
    assert "No papers yet" in stranger.get("/papers/archive").content.decode()


def test_the_archive_draws_every_day(three_days, stranger):
    html = stranger.get("/papers/archive").content.decode()
    assert html.count('<rect class="level-') == 3
    assert 'aria-label="Wednesday, 10 September 2025: 3 papers"' in html
