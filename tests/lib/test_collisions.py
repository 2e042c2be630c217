"""Two transactions that want the same rows at the same moment: what readers are shown, and nothing is half done."""

from datetime import timedelta
from functools import partial
from threading import Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from lib import throttle
from papers.models import Comment, PaperFollow
from tests.accounts.entrance import send
from tests.accounts.test_accounts import SIGN_UP
from tests.factories import PaperFactory
from tests.race import interleave

pytestmark = pytest.mark.django_db(transaction=True)
MESSAGE = "Nothing was changed, because of another change at the same moment."


def test_who_signs_up_twice_at_once_is_told_of_the_mail(stranger):
    first = partial(User.objects.create_user, SIGN_UP["username"], "other@example.org", "x" * 20)
    answer = interleave(first, partial(send, stranger, "/accounts/signup/", SIGN_UP))
    assert answer.status_code == 409
    assert "If it was you, look for our mail" in answer.content.decode()
    assert User.objects.get().email == "other@example.org"


def test_a_row_that_another_transaction_writes_first(alice, paper, signed_in, caplog):
    merge = partial(PaperFollow.objects.bulk_create, [PaperFollow(user=alice, paper=paper)])
    follow = partial(signed_in(alice).act, "/papers/following/discussions/follow", {"what": paper.arxiv_id})
    answer = interleave(merge, follow)
    assert (answer.status_code, MESSAGE in answer.content.decode()) == (409, True)
    assert "Two transactions have collided" in caplog.messages
    assert PaperFollow.objects.count() == 1


def test_of_two_that_wait_for_each_other_one_is_done(alice, signed_in, caplog):
    paper = PaperFactory()

    def lock_paper():
        with connection.cursor() as cursor:  # so that the other one, which waits first, ends
            cursor.execute("SET LOCAL deadlock_timeout = '1min'")
        paper.lock()

    post = partial(signed_in(alice).act, f"/papers/{paper.arxiv_id}/comments/new", {"text": "Why?"})
    answer = interleave(lock_paper, post, alice.lock)
    assert (answer.status_code, MESSAGE in answer.content.decode()) == (409, True)
    assert "Two transactions have collided" in caplog.messages
    assert not Comment.objects.exists()


def test_old_counts_are_deleted_around_those_that_are_used_at_this_moment():
    limit = throttle.Limit("test", 5, timedelta(hours=1))
    for key in ("a", "b"):
        throttle.take((limit, key))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lib_throttle SET free_at = %s", [timezone.now() - timedelta(days=1)])
        with transaction.atomic():
            cursor.execute("SELECT key FROM lib_throttle ORDER BY key LIMIT 1 FOR UPDATE")
            used = cursor.fetchall()
            job = Thread(target=_forget)
            job.start()
            job.join(10)
            assert not job.is_alive()
        cursor.execute("SELECT key FROM lib_throttle")
        assert cursor.fetchall() == used


def _forget() -> None:
    throttle.forget_expired()
    connection.close()
