"""The choice between lists with abstracts and without, which a cookie keeps."""

from tests.factories import PaperFactory


def test_compact_lists_are_kept_by_the_browser_and_by_no_shared_cache(client, db):
    PaperFactory()
    answer = client.post("/papers/density/compact", {"next": "/papers/trending"})
    assert answer.headers["Location"] == "/papers/trending"
    page = client.get("/papers")
    assert '<html lang="en" data-density="compact">' in page.content.decode()
    assert "private" in page.headers["Cache-Control"]
    assert client.post("/papers/density/comfortable").cookies["density"]["max-age"] == 0
    del client.cookies["density"]
    page = client.get("/papers")
    assert '<html lang="en">' in page.content.decode()
    assert "public" in page.headers["Cache-Control"]


def test_another_density_or_a_get_changes_nothing(client, db):
    assert client.post("/papers/density/tiny").status_code == 404
    assert client.get("/papers/density/compact").status_code == 405
    assert not client.cookies.get("density")
