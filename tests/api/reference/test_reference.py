"""The page about the API: each operation of the document, and how to begin."""

from api.reference.document import build


def test_it_shows_each_operation_with_its_address(db, stranger):
    page = stranger.get("/api").content.decode()
    for path, methods in build()["paths"].items():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
            assert f'<code class="path">{path}</code>' in page


def test_its_examples_name_this_site(db, stranger, settings):
    settings.BASE_URL = "https://papers.example"
    page = stranger.get("/api").content.decode()
    assert "https://papers.example/api/daily_papers?limit=5" in page.replace("&quot;", '"')
    assert "HF_ENDPOINT=https://papers.example" in page
    assert "Content-Security-Policy" in stranger.get("/api").headers


def test_the_address_with_a_slash_leads_to_it(db, stranger):
    answer = stranger.get("/api/")
    assert (answer.status_code, answer.url) == (301, "/api")


def test_pages_link_it_and_crawlers_leave_the_data_alone(db, stranger):
    assert '<a href="/api">API</a>' in stranger.get("/about").content.decode()
    robots = stranger.get("/robots.txt").content.decode().splitlines()
    assert "Disallow: /api/" in robots
    assert "Disallow: /api" not in robots
