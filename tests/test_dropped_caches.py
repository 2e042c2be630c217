"""Every cache may be dropped at any moment, that of the database, too: pages say the same, and nothing is lost."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import caches
from django.core.cache.backends.dummy import DummyCache
from django.db import connection

from lib import jobs, throttle
from lib.throttle import Limit
from tests import scene as site
from tests.factories import appoint
from tests.test_two_people import addresses, build_scene, forget, walk

__all__ = ["build_scene"]  # which the fixture `scene` calls

pytestmark = pytest.mark.usefixtures("scene")
FAILED = """
    INSERT INTO procrastinate_jobs (queue_name, task_name, status)
    VALUES ('default', 'papers.tasks.index', 'failed') RETURNING id
"""
PATHS = addresses()[::4]  # a quarter of them, of every room


class ForgetfulCache(DummyCache):
    """A cache that is dropped between any two steps, even between the two of `get_or_set`."""

    def validate_key(self, key):
        """Take any key, as those of a process do."""


@pytest.mark.parametrize("who", ["anna", None])
def test_caches_that_lose_everything_at_once_change_no_page(scene, settings, who):
    with time_machine.travel(site.NOW + timedelta(minutes=1), tick=False):
        reader = scene[who] if who else None
        forget()
        kept = [walk(reader, PATHS) for _ in range(2)][1]
        settings.CACHES = {name: {"BACKEND": f"{__name__}.ForgetfulCache"} for name in settings.CACHES}
        dropped = walk(reader, PATHS)
    assert len(kept) > 50
    assert [path for path in kept if kept[path] != dropped[path]] == []


def test_an_empty_cache_of_the_database_ends_no_session_and_lifts_no_limit_of_ours(scene, signed_in, alice):
    limit = Limit("of this test", 1, timedelta(hours=1))
    throttle.take((limit, "one"))
    with connection.cursor() as cursor:
        cursor.execute(FAILED)
        [job] = cursor.fetchone()
    jobs.store_error(job, "ValueError: this is why")
    moderator = signed_in(appoint(alice))
    assert "this is why" in moderator.get("/moderation/jobs").content.decode()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM cache")
    assert caches["default"].get_many(["anything"]) == {}
    page = moderator.get("/moderation/jobs").content.decode()
    assert (f"job {job}<" in page, "this is why" in page) == (True, False)
    assert throttle.take((limit, "one")) is not None
