"""Charts of a topic's papers by month or year: their bars, texts, figures and cache."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from lxml import html

from papers.lists import charts
from papers.models import Paper
from tests.factories import PaperFactory

MAY, JULY = date(2025, 5, 1), date(2025, 7, 1)


def listed(*moments: str, topic="cs.CL"):
    for moment in moments:
        PaperFactory(listed_at=datetime.fromisoformat(moment).replace(tzinfo=UTC), keywords=[topic])


def render(*months) -> html.HtmlElement:
    return html.fromstring(render_to_string("papers/lists/_growth.html", {"growth": charts.time_chart(months)}))


def test_papers_are_counted_by_the_month_they_were_listed_in(db, django_assert_num_queries):
    listed("2025-05-31T23:59", "2025-05-01", "2025-07-15")
    listed("2025-06-15", topic="cs.LG")
    with django_assert_num_queries(1):
        assert list(Paper.objects.about("CS.cl").by_month()) == [(MAY, 2), (JULY, 1)]


def test_a_month_without_papers_is_a_gap_of_its_width():
    chart = charts.time_chart([(MAY, 2), (JULY, 7)])
    assert [(bar.name, bar.count) for bar in chart.bars[-3:]] == [("May 2025", 2), ("June 2025", 0), ("July 2025", 7)]
    assert [(bar.get("x"), bar.get("height")) for bar in render((MAY, 2), (JULY, 7)).iter("rect")] == [
        ("9", "2"),
        ("11", "7"),
    ]


def test_more_than_five_years_are_told_by_year():
    five_years = charts.time_chart([(date(2020, 8, 1), 1), (JULY, 1)])
    assert (five_years.unit, len(five_years.bars)) == ("month", 60)
    longer = charts.time_chart([(date(2010, 2, 1), 3), (date(2010, 12, 1), 4), (JULY, 1)])
    assert (longer.unit, len(longer.bars)) == ("year", 16)
    assert [(bar.name, bar.count) for bar in longer.filled] == [("2010", 7), ("2025", 1)]


@pytest.mark.parametrize("months", [[], [(MAY, 9)]])
def test_a_single_month_is_no_chart(months):
    assert charts.time_chart(months) is None


def test_the_chart_is_told_in_words_and_figures():
    chart = render((MAY, 1_234), (JULY, 41))
    assert chart.find(".//svg[@role='img']").get("aria-label") == "1,275 papers since May 2025; most in May 2025: 1,234"
    assert [text.text for text in chart.iter("text")] == ["1,234 in May 2025", "August 2024", "July 2025"]
    assert [row.text_content().split() for row in chart.iter("tr")] == [
        ["May", "2025", "1,234"],
        ["July", "2025", "41"],
    ]


def test_the_peak_is_told_beside_its_bar_and_inside_the_drawing():
    early, late = render((date(2023, 1, 1), 9), (JULY, 1)), render((date(2023, 1, 1), 1), (JULY, 9))
    labels = [chart.find(".//text[@class='peak']") for chart in (early, late)]
    assert [(label.get("x"), label.get("text-anchor")) for label in labels] == [("0.0%", "start"), ("100.0%", "end")]


def test_a_month_that_is_not_over_is_marked(time_machine):
    time_machine.move_to("2025-07-31T23:00Z")
    assert "July 2025, so far" in render((MAY, 2), (JULY, 1)).text_content()
    time_machine.move_to("2025-08-01T00:00Z")
    assert "so far" not in render((MAY, 2), (JULY, 1)).text_content()


def test_a_topic_is_counted_once_an_hour_and_anew_each_day(db, time_machine, django_assert_num_queries):
    time_machine.move_to("2025-09-10T22:30Z", tick=False)
    listed("2025-05-10", "2025-09-10")
    for moment, statements in [("22:30", 1), ("23:29", 0), ("23:31", 1), ("23:59", 0)]:
        time_machine.move_to(f"2025-09-10T{moment}Z", tick=False)
        with django_assert_num_queries(statements):
            assert charts.topic_chart("cs.CL").total == charts.topic_chart("CS.cl").total == 2
    time_machine.move_to("2025-09-11T00:00Z", tick=False)
    with django_assert_num_queries(1):
        assert charts.topic_chart("cs.CL").is_unfinished


def test_an_unknown_topic_is_counted_once_too(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert [charts.topic_chart("phlogiston"), charts.topic_chart("phlogiston")] == [None, None]


def test_it_stands_where_the_list_is_the_topic_and_nothing_else(db, stranger):
    listed("2025-05-31", "2025-07-15")
    for query, count in (("topic=cs.CL", 1), ("topic=cs.CL&sort=newest", 1), ("topic=cs.CL&min_votes=1", 0)):
        assert stranger.get(f"/papers?{query}").content.decode().count('class="growth"') == count, query


def test_an_address_that_leads_on_counts_as_a_search_and_draws_no_chart(db, stranger):
    PaperFactory(keywords=["stars"])
    with CaptureQueriesContext(connection) as statements:
        assert stranger.get("/papers?topic=stars&x=").url == "/papers?topic=stars"
    sql = " ".join(statement["sql"] for statement in statements)
    assert ("lib_throttle" in sql, "papers_searchentry" in sql) == (True, False)
