from datetime import UTC, datetime

import pytest

from papers.models import Paper
from tests.factories import AuthorClaimFactory, PaperFactory, UserFactory


@pytest.fixture
def full_paper(lab, alice) -> Paper:
    """A paper that has everything which an answer can say of one."""
    paper = PaperFactory(
        arxiv_id="2509.08721",
        version=2,
        title="Sharing $n$ is caring",
        published_at=datetime(2025, 9, 8, 17, 30, 1, 5000, tzinfo=UTC),
        organisation=lab,
        submitted_by=alice,
        categories=["cs.AI"],
        keywords=["stars"],
        imported_votes=7,
        imported_comments=2,
        code_url="https://github.com/lab/caring",
        code_stars=12,
        code_state="living",
        code_licence="MIT",
        project_url="https://lab.example.org/caring",
        media_urls=["https://cdn.example.org/1.png"],
    )
    AuthorClaimFactory(paper=paper, user=UserFactory(username="grace", name="Grace Hopper"), name="Grace Hopper")
    return paper
