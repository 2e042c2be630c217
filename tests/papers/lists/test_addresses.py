"""No address is answered with a 500; periods are parsed and written back unchanged."""

from datetime import date

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from papers import period
from papers.period import NoSuchPeriod
from tests.factories import PaperFactory

relaxed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
texts = st.text(max_size=40) | st.from_regex(r"[0-9W.v/-]{1,20}", fullmatch=True)
queries = st.dictionaries(
    st.sampled_from(
        ["q", "org", "topic", "min_votes", "has", "repro", "after", "before", "sort", "older", "day", "arxiv_id"]
    ),
    texts | st.integers().map(str) | st.sampled_from(["code", "votes", "2025-09-10", "9" * 400, "-1", "1e9", "nan"]),
    max_size=4,
)
PATHS = ["/papers", "/papers/month/2025-09", "/papers/trending", "/orgs/x", "/people/x", "/papers/date"]


@pytest.fixture
def answers(db):
    PaperFactory()
    reader = Client(raise_request_exception=True, HTTP_HOST="127.0.0.1")
    return lambda path, query=None: reader.get(path, query or {}).status_code


@relaxed
@given(path=st.sampled_from(PATHS), query=queries)
def test_no_query_breaks_a_list(answers, path, query):
    assert answers(path, query) in {200, 301, 302, 400, 404}


@relaxed
@given(prefix=st.sampled_from(["", "date/", "week/", "month/"]), text=texts)
def test_no_path_breaks_the_papers(answers, prefix, text):
    from urllib.parse import quote

    assert answers(f"/papers/{prefix}{quote(text, safe='/')}") in {200, 301, 302, 400, 404}


@given(st.dates(date(1991, 1, 1), date(2999, 12, 20)), st.sampled_from(["day", "week", "month"]))
def test_periods_come_back_the_same(day, kind):
    chosen_period = period.Period.around(kind, day)
    assert chosen_period.start <= day < chosen_period.end
    assert period.parse(kind, str(chosen_period)) == chosen_period


@given(st.sampled_from(["day", "week", "month"]), texts)
def test_no_text_breaks_the_periods(kind, text):
    try:
        assert str(period.parse(kind, text)) == text
    except NoSuchPeriod as error:
        assert error.nearest is None or isinstance(error.nearest, date)
