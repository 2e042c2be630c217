"""A browser that reads /opensearch.xml can search here from its own bar."""

from urllib.parse import quote

from django.conf import settings
from lxml import etree, html

from tests.factories import PaperFactory

NAMESPACE = "{http://a9.com/-/spec/opensearch/1.1/}"
KIND = "application/opensearchdescription+xml"


def description(answer) -> etree._Element:
    root = etree.fromstring(answer.content)
    assert root.tag == NAMESPACE + "OpenSearchDescription"
    return root


def address(root, kind: str) -> str:
    """A path of this site, from the one Url of this type."""
    (url,) = [url for url in root.iter(NAMESPACE + "Url") if url.get("type") == kind]
    assert url.get("template").startswith(settings.BASE_URL)
    return url.get("template").removeprefix(settings.BASE_URL)


def test_every_page_leads_to_the_description(db, stranger):
    (link,) = html.fromstring(stranger.get("/about/ranking").content).xpath("//link[@rel='search']")
    answer = stranger.get(link.get("href"))
    assert (link.get("type"), answer.headers["Content-Type"]) == (KIND, KIND)
    assert address(description(answer), KIND) == link.get("href")


def test_it_names_the_site_and_its_icon(stranger):
    root = description(stranger.get("/opensearch.xml"))
    assert len(root.findtext(NAMESPACE + "ShortName")) <= 16
    assert root.findtext(NAMESPACE + "InputEncoding") == "UTF-8"
    icon = root.findtext(NAMESPACE + "Image").removeprefix(settings.BASE_URL)
    assert b"<svg" in b"".join(stranger.get(icon).streaming_content)


def test_its_address_finds_papers(db, stranger):
    paper, other = PaperFactory(title="Straße & Gödel"), PaperFactory(title="Nothing of the kind")
    template = address(description(stranger.get("/opensearch.xml")), "text/html")
    page = stranger.get(template.replace("{searchTerms}", quote("gödel & straße"))).content.decode()
    assert f'href="{paper.get_absolute_url()}"' in page
    assert f'href="{other.get_absolute_url()}"' not in page


def test_anybody_may_keep_it_and_it_sets_no_cookie(alice, signed_in):
    answer = signed_in(alice).get("/opensearch.xml")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    assert "Vary" not in answer.headers or "Cookie" not in answer.headers["Vary"]
    assert answer.cookies == {}
