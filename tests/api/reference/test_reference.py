"""The page about the API: each operation of the document, and how to begin."""

import html
import json
import re

from api.reference.document import build
from tests.factories import PaperFactory


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


def test_its_contents_lead_to_each_section_reading_first(db, stranger):
    page = stranger.get("/api").content.decode()
    contents = page.split('<nav class="contents"')[1].split("</nav>")[0]
    links = re.findall(r'href="#([^"]+)"', contents)
    assert links == re.findall(r'<h[23] id="([^"]+)"', page.split("<h1")[1])
    subjects = [link for link in links if link.startswith(("reading", "writing"))]
    assert subjects[:3] == ["reading", "reading-papers", "reading-search"]
    assert subjects.index("writing") == len([link for link in subjects if link.startswith("reading")])


def test_operations_are_folded_and_those_that_write_come_last(db, stranger):
    page = stranger.get("/api").content.decode()
    methods = re.findall(r'<details class="operation" id="\w+">\s*<summary>\s*<code>(\w+)</code>', page)
    assert methods == sorted(methods)
    assert len(methods) == sum(len(row) for row in build()["paths"].values())


def test_code_in_descriptions_is_drawn_as_code(db, stranger):
    page = stranger.get("/api").content.decode().split("<main")[1]
    assert "`" not in page
    assert "<code>YYYY-MM-DD</code>" in page


def test_no_description_speaks_of_us_without_saying_what_it_is():
    text = json.dumps(build())
    assert not re.search(r'"Ours\b', text)
    assert "authors alone" not in text


def test_its_examples_are_of_a_paper_and_a_day_of_this_site(db, stranger):
    assert "Example response (shortened)" not in stranger.get("/api").content.decode()
    paper = PaperFactory(title="Sharing <b> is caring")
    page = stranger.get("/api").content.decode()
    for address in re.findall(r'<a href="(/api/(?:papers/|daily_papers)[^"]*|/papers/[^"]+\.md)"', page):
        answer = stranger.get(html.unescape(address))
        assert paper.arxiv_id in answer.content.decode(), address
    example = json.loads(
        html.unescape(page.split("Example response (shortened)</summary>")[1].split(">")[1].split("</pre")[0])
    )
    row = stranger.get("/api/daily_papers?limit=1").json()[0]
    assert example[0].pop("paper").items() >= {"id": paper.arxiv_id, "title": paper.title}.items()
    assert example[0].items() <= row.items()


def test_it_leads_to_the_other_ways_to_read(db, stranger):
    section = stranger.get("/api").content.decode().split('id="other-ways"')[1].split("<h2")[0]
    assert {"/settings/webhooks", "/dump", "/feeds"} <= set(re.findall(r'href="([^"]+)"', section))
    assert "/mcp</code>" in section
