import pytest
from allauth.socialaccount.models import SocialAccount

from papers.claims import tasks
from papers.ingest.client import REQUEST_INTERVALS
from tests.factories import UserFactory, appoint
from tests.papers.claims.fake_sites import Sites


@pytest.fixture
def moderator(db):
    return appoint(UserFactory(username="mo"))


@pytest.fixture
def ada(alice):
    """Alice, whose profile says that she is called like the first author of papers."""
    alice.name = "Ada Lovelace"
    alice.save()
    return alice


@pytest.fixture
def connect_orcid():
    """`connect_orcid(ada, "Ada", "Lovelace")`: she has signed in with an ORCID record of this name."""

    def connect(user, given, family, **person):
        name = {"given-names": {"value": given}, "family-name": {"value": family}, "credit-name": None}
        record = {"orcid-identifier": {"path": "0000-0001"}, "person": {"name": name} | person}
        return SocialAccount.objects.create(user=user, provider="orcid", uid="0000-0001", extra_data=record)

    return connect


@pytest.fixture
def sites(monkeypatch):
    """GitHub and a project page as the worker reaches them: nothing goes out, and no pause has to be waited for."""
    monkeypatch.setitem(REQUEST_INTERVALS, "github.com", 0)
    tasks._client.cache_clear()
    yield Sites(monkeypatch)
    tasks._client.cache_clear()
