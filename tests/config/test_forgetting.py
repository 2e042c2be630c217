"""What the site as a whole forgets at night."""

from datetime import timedelta

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from config import tasks


def kept() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache ORDER BY cache_key")
        return [key.rpartition(":")[2] for (key,) in cursor.fetchall()]


def test_the_shared_cache_forgets_what_is_over(db, time_machine):
    cache.clear()
    cache.set("a-minute", "198.51.100.7", 60)
    cache.set("a-month", "words of an error", 30 * 24 * 3600)
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert kept() == ["a-minute", "a-month"]
    tasks.clear_cache(0)
    assert kept() == ["a-month"]
