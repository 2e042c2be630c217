"""What the sign-in page says to a stranger who pressed a button."""

from html import unescape

import pytest

from papers.models import Collection
from papers.models.collection import Visibility
from tests.factories import OrganisationFactory, PaperFactory, UserFactory

TITLE = "A title that says “all” and goes on and on until nobody wants to read any more of it"
CUT = "“A title that says 'all' and goes on and on until nobody…”"

pytestmark = pytest.mark.usefixtures("scene")


def build_scene():
    PaperFactory(arxiv_id="2509.08721", title=TITLE)
    OrganisationFactory(slug="lab", name="The Lab")
    UserFactory(username="rita", name="Rita Reader")
    UserFactory(username="gone", name="Gerd Gone", is_active=False)
    for key, visibility in (("open", Visibility.PUBLIC), ("hush", Visibility.PRIVATE)):
        Collection.objects.create(
            key=key, name=f"Shelf {key}", organisation=OrganisationFactory(), visibility=visibility
        )


@pytest.mark.parametrize(
    ("address", "what", "purpose"),
    [
        ("/papers/2509.08721/vote", "", f"upvote {CUT}"),
        ("/papers/2509.08721/bookmark", "", f"bookmark {CUT}"),
        ("/papers/2509.99999/vote", "", "upvote this paper"),
        ("/papers/2509.08721/vote/withdraw", "", "do that"),
        ("/papers/following/organisations/follow", "lab", "follow “The Lab”"),
        ("/papers/following/people/follow", "rita", "follow “Rita Reader”"),
        ("/papers/following/people/follow", "gone", "follow this"),
        ("/papers/following/discussions/follow", "2509.08721", f"follow {CUT}"),
        ("/papers/following/collections/follow", "open", "follow “Shelf open”"),
        ("/papers/following/collections/follow", "hush", "follow this"),
        ("/papers/following/topics/follow", "Call 555 0100", "follow this"),
        ("/papers/following/authors/follow", "…", "follow this"),
    ],
)
def test_it_names_what_is_public(stranger, address, what, purpose):
    answer = stranger.post(address, {"what": what})
    page = unescape(stranger.get(answer.url).content.decode())
    assert f"Sign in to {purpose}. You then return to the page that you came from." in page
