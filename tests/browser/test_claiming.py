"""Claiming a paper: its page follows by itself what the worker does, with and without JavaScript."""

from playwright.sync_api import expect

from papers.claims import tasks
from papers.models import AuthorClaim
from tests.browser.pauses import shorten_pauses
from tests.factories import PaperFactory, UserFactory
from tests.papers.claims.fake_sites import Sites


def test_from_the_paper_to_the_mark_and_back(visit, transactional_db, javascript, monkeypatch):
    ada = UserFactory(username="ada", name="Ada Lovelace")
    paper = PaperFactory(arxiv_id="2509.08721", code_url="https://github.com/lovelace/engine")
    page = visit(paper.path, user=ada, javascript=javascript)
    shorten_pauses(page, "/claim$")
    page.get_by_role("link", name="Claim it").click()
    expect(page.get_by_label("You are")).to_have_value("0")
    page.get_by_role("button", name="Claim this name").click()
    expect(page.get_by_text("No ORCID iD is connected to your account.")).to_be_visible()
    token = page.locator("#token").inner_text()
    page.get_by_role("button", name="Check now").click()
    expect(page.get_by_text("Checking. This usually takes a few seconds.")).to_be_visible()
    claim = AuthorClaim.objects.get()
    tasks._client.cache_clear()
    with monkeypatch.context() as patch:
        sites = Sites(patch)
        sites.readme = f"# Engine\n\n{token}"
        tasks.check_claim(claim.pk)
    tasks._client.cache_clear()
    expect(page.get_by_role("heading", name="Your paper")).to_be_visible()
    page.get_by_role("link", name="Correct links, organisations, keywords").click()
    page.get_by_label("Keywords").fill("Engines")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your corrections are saved.")).to_be_visible()
    expect(page.get_by_role("link", name="Engines")).to_be_visible()
    page.get_by_role("link", name="Profile of Ada Lovelace").click()
    expect(page.get_by_role("link", name="Authored")).to_have_attribute("aria-current", "page")
    page.get_by_role("link", name=paper.title).first.click()
    page.get_by_role("link", name="your claim").click()
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_role("link", name="Claim it")).to_be_visible()
    expect(page.get_by_role("link", name="Profile of Ada Lovelace")).to_have_count(0)
