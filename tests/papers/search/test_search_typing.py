"""Search while a reader types: the browser's history, and redirects to papers."""

import pytest

from tests.papers.search.reading import keys, text


def type_in(reader, text: str, page: str = "/papers?q=x"):
    """What htmx gets when this stands in the box of that page."""
    headers = {"hx-request": "true", "hx-current-url": f"http://127.0.0.1{page}"}
    return reader.get("/papers", {"q": text}, headers=headers, follow=True)


@pytest.mark.parametrize(
    ("page", "header"),
    [("/papers", "HX-Push-Url"), ("/papers?topic=x", "HX-Push-Url"), ("/papers?q=gra", "HX-Replace-Url")],
)
def test_the_first_answer_is_a_new_page_of_the_history_and_the_next_take_its_place(library, stranger, page, header):
    answer = type_in(stranger, "graph org:lab", page)
    history = {name: answer.headers[name] for name in ("HX-Push-Url", "HX-Replace-Url") if name in answer.headers}
    assert history == {header: "/papers?q=graph&org=lab"}
    assert {"HX-Request", "HX-Current-URL"} <= set(answer.headers["Vary"].split(", "))


def test_an_emptied_box_is_the_latest_day_again(library, stranger):
    answer = type_in(stranger, "")
    assert answer.headers["HX-Replace-Url"] == "/papers"
    assert "Wednesday, 10 September 2025" in text(answer)


def test_as_one_types_only_a_paper_that_is_here_is_jumped_to(paper, stranger):
    half = type_in(stranger, "2509.0872")
    assert (half.status_code, half.headers["HX-Replace-Url"]) == (200, "/papers?q=2509.0872")
    assert type_in(stranger, "2509.08721").headers["HX-Redirect"] == "/papers/2509.08721"


def test_an_order_that_needs_words_is_not_carried_along_to_what_has_none(library, stranger):
    page = stranger.get("/papers?q=graph&by=words&sort=relevance").content.decode()
    assert 'name="by" value="words"' in page
    assert 'name="sort"' not in page
    assert 'name="sort" value="newest"' in stranger.get("/papers?q=graph&sort=newest").content.decode()


def test_an_address_that_is_none_is_no_error(library, stranger):
    page = stranger.get("/papers?q=graph", headers={"hx-request": "true", "hx-current-url": "http://["})
    assert keys(page) == ["molecules"]
