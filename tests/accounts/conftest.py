import pytest
from django.core.cache import cache

from tests.accounts.entrance import register


@pytest.fixture(autouse=True)
def _fresh_throttles(db):
    """django-allauth counts in the cache, which no test takes back."""
    cache.clear()


@pytest.fixture
def dora(db):
    """She has confirmed her address and knows PASSWORD."""
    return register("dora")
