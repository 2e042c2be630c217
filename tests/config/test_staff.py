"""What staff did in the admin, as moderators read it."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import NOON, UserFactory, appoint

PAGE = "/moderation/staff"


@pytest.fixture
def moderator(db):
    return appoint(UserFactory(username="mo", name="Mo Moss", is_staff=True, is_superuser=True))


def entries(by: User, number: int) -> None:
    kind = ContentType.objects.get_for_model(User)
    facts = {"user": by, "content_type": kind, "object_id": "1", "action_flag": CHANGE, "action_time": NOON}
    LogEntry.objects.bulk_create(LogEntry(object_repr=f"Reader {n}.", **facts) for n in range(number))


def test_what_is_changed_in_the_admin_is_there(moderator, alice, signed_in):
    reader = signed_in(moderator)
    assert "No activity yet" in reader.get(PAGE).content.decode()
    data = {"action": "delete_selected"}  # which the admin refuses: nothing is logged of it
    reader.act("/admin/accounts/user/", data | {"_selected_action": alice.pk})
    assert not LogEntry.objects.exists()
    group = reader.act("/admin/auth/group/add/", {"name": "<b>Curators</b>"})
    assert group.status_code == 302
    page = reader.get(PAGE).content.decode()
    assert '<a href="/people/mo">Mo Moss</a> added the group “&lt;b&gt;Curators&lt;/b&gt;”' in " ".join(page.split())


def test_it_costs_the_same_for_one_and_for_many_and_is_turned_over(moderator, signed_in):
    reader, counts = signed_in(moderator), []
    for number in (1, 60):
        entries(moderator, number)
        with CaptureQueriesContext(connection) as queries:
            page = reader.get(PAGE).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    older = page.split('href="?older=')[1].split('"')[0]
    rest = reader.get(f"{PAGE}?older={older}").content.decode()
    assert ("Reader 59." in page, "Reader 9." in page, "Reader 9." in rest) == (True, False, True)


def test_it_is_for_moderators_alone(alice, signed_in, stranger):
    assert signed_in(alice).get(PAGE).status_code == 404
    assert stranger.get(PAGE).url.startswith("/accounts/login/")
