"""Every cache may be dropped at any moment, that of the database, too: pages say the same, and nothing is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from lib import jobs, throttle
from lib.throttle import Limit
from tests import scene as site
from tests.factories import appoint
from tests.test_two_people import addresses, build_scene, forget, walk

__all__ = ["build_scene"]  # which the fixture `scene` calls

pytestmark = pytest.mark.usefixtures("scene")
PATHS = addresses()[::4]  # a quarter of them, of every room


@pytest.mark.parametrize("who", ["anna", None])
def test_caches_that_lose_everything_at_once_change_no_page(scene, settings, who):
    """A dummy cache is one that was dropped between any two steps, even between the two of `get_or_set`."""
    with time_machine.travel(site.NOW + timedelta(minutes=1), tick=False):
        reader = scene[who] if who else None
        forget()
        kept = [walk(reader, PATHS) for _ in range(2)][1]
        settings.CACHES = {name: {"BACKEND": "django.core.cache.backends.dummy.DummyCache"} for name in settings.CACHES}
        dropped = walk(reader, PATHS)
    assert len(kept) > 50
    assert [path for path in kept if kept[path] != dropped[path]] == []


def test_an_empty_cache_of_the_database_ends_no_session_and_lifts_no_limit_of_ours(scene, signed_in, alice):
    limit = Limit("of this test", 1, timedelta(hours=1))
    throttle.take((limit, "one"))
    job = ProcrastinateJob.objects.create(
        task_name="papers.tasks.index", queue_name="default", status="failed", args={}
    )
    jobs.store_error(job.pk, "ValueError: this is why")
    moderator = signed_in(appoint(alice))
    assert "this is why" in moderator.get("/moderation/jobs").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache")
    assert caches["default"].get_many(["anything"]) == {}
    page = moderator.get("/moderation/jobs").content.decode()
    assert (f"job {job.pk}<" in page, "this is why" in page) == (True, False)
    assert throttle.take((limit, "one")) is not None
