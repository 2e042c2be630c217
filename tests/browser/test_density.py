"""How much of the day a reader sees without scrolling."""

import pytest

from tests.browser.world import abstracts
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

TITLES = (
    "On the Interplay of Pre-Training, Mid-Training, and RL on Reasoning Language Models",
    "Blackbox Model Provenance via Palimpsestic Membership Inference",
    "Alignment faking in large language models",
)
PHONE = {"width": 360, "height": 740}
IN_VIEW = """titles => titles.filter(title => {
    const box = title.getBoundingClientRect();
    return box.top >= 0 && box.bottom <= innerHeight;
}).length"""


@pytest.fixture
def day(transactional_db):
    organisation = OrganisationFactory(name="Thursday Reading Group")
    for number, abstract in enumerate(abstracts(12)):
        PaperFactory(
            title=TITLES[number % 3],
            abstract=abstract,
            authors=["Ada Lovelace", "Grace Hopper", "Emmy Noether", "Mary Somerville"],
            organisation=organisation,
            imported_votes=number,
        )


@pytest.mark.parametrize("path", ["/papers", "/papers/trending"])
@pytest.mark.parametrize("is_signed_in", [False, True], ids=["signed out", "signed in"])
def test_four_papers_on_a_desk_and_the_first_high_on_a_phone(visit, day, path, is_signed_in):
    page = visit(path, user=UserFactory() if is_signed_in else None)
    titles = page.locator(".card h2")
    assert titles.evaluate_all(IN_VIEW) >= 4
    page.set_viewport_size(PHONE)
    assert titles.first.bounding_box()["y"] < 290
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.wait_for_load_state("networkidle")  # the visit is written
