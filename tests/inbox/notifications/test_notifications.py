"""Notifications: their rows, the bell, the page, and that they were read."""

import re
from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox import tasks
from inbox.models import Choice, Notification
from inbox.models.kind import KINDS, Delivery, NotificationData
from papers.people import takeout
from tests.factories import NOON, NotificationFactory, UserFactory
from tests.race import race

PAGE = "/notifications"


def text(answer) -> str:
    return " ".join(unescape(re.sub("<[^>]*>", " ", answer.content.decode())).split())


def bell(answer) -> str:
    return re.search(r'<a class="bell"[^>]*aria-label="([^"]*)"', answer.content.decode())[1]


def notify(*rows, kind="role") -> list[int]:
    return Notification.objects.notify(KINDS[kind], [NotificationData(user.pk, *rest) for user, *rest in rows])


def test_one_statement_tells_many_and_twice_is_once(alice, bob, carol):
    bob.is_active = False
    bob.save()
    rows = [(person, "lab", {"n": 1}) for person in (alice, bob, carol)] + [(alice, "club", {"n": 1})]
    with CaptureQueriesContext(connection) as statements:
        assert len(notify(*rows)) == 3
    assert len(statements) == 1
    assert notify(*rows) == []
    assert sorted(Notification.objects.values_list("user__username", "subject")) == [
        ("alice", "club"),
        ("alice", "lab"),
        ("carol", "lab"),
    ]
    assert notify() == []


def test_more_of_the_same_joins_what_is_unread(alice, time_machine):
    notify((alice, "day", {"papers": [3, 1], "whys": ["a"], "best": "x"}))
    Notification.objects.update(mailed_at=timezone.now())
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    notify((alice, "day", {"papers": [1], "whys": ["a"], "best": "x"}))
    assert Notification.objects.get().mailed_at
    notify((alice, "day", {"papers": [2, 3], "whys": ["b"], "best": "y", "new": []}))
    row = Notification.objects.get()
    assert (row.facts["papers"], row.facts["whys"], row.facts["best"]) == ([1, 2, 3], ["a", "b"], "y")
    assert row.mailed_at is None
    assert timezone.now() - row.notified_at < timedelta(minutes=1)
    row.read()
    notify((alice, "day", {"papers": [4]}))
    assert [row.facts["papers"] for row in Notification.objects.order_by("pk")] == [[1, 2, 3], [4]]


@pytest.mark.django_db(transaction=True)
def test_told_in_ten_places_at_once():
    person = UserFactory()
    assert not any(isinstance(end, Exception) for end in race(
        *(partial(notify, (person, "day", {"papers": [n]})) for n in range(10))
    ))  # fmt: skip
    assert Notification.objects.get().facts["papers"] == list(range(10))


def test_the_bell_counts_what_is_unread(alice, bob, signed_in, stranger):
    NotificationFactory(user=bob)
    NotificationFactory(user=alice, read_at=NOON)
    reader = signed_in(alice)
    assert bell(reader.get("/papers")) == "Notifications"
    for count, label in ((3, "3 unread"), (99, "99 unread"), (100, "99+ unread"), (130, "99+ unread")):
        NotificationFactory.create_batch(count - Notification.objects.unread().filter(user=alice).count(), user=alice)
        assert bell(reader.get("/papers")) == f"Notifications, {label}"
    assert "bell" not in stranger.get("/papers").content.decode()


def test_the_count_reads_an_index_alone(alice):
    """On a table without the rows that tests before have rolled back, which would be in the costs of the plan."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE inbox_notification")
    NotificationFactory.create_batch(3, user=alice)
    NotificationFactory.create_batch(100, user=alice, read_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inbox_notification")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {Notification.objects.unread().filter(user=alice).values('user').query}")
        plan = "\n".join(row[0] for row in cursor)
    assert "notification_once_while_unread" in plan


def test_the_page_shows_ones_own_the_latest_first(alice, bob, signed_in):
    NotificationFactory(user=bob, facts={"by": "Nobody", "organisation": "X", "slug": "x", "role": ""})
    for n, role in enumerate(["a member", "an admin", "an owner</b>"]):
        facts = {"by": "Olga", "organisation": "Lab", "slug": "lab", "role": role}
        NotificationFactory(user=alice, facts=facts, notified_at=NOON + timedelta(hours=n), read_at=None if n else NOON)
    answer = signed_in(alice).get(PAGE)
    html, shown = answer.content.decode(), text(answer)
    assert shown.index("you an owner") < shown.index("an admin") < shown.index("a member")
    assert (html.count('class="unread"'), html.count("/read")) == (2, 3)
    assert "Nobody" not in shown
    assert "</b>" not in html


def test_an_empty_page_says_what_comes(alice, signed_in, stranger):
    assert "No notifications yet" in text(signed_in(alice).get(PAGE))
    assert stranger.get(PAGE).url == f"/accounts/login/?next={PAGE}"


@pytest.mark.parametrize("rows", [1, 30])
def test_a_long_page_costs_what_a_short_one_costs(alice, signed_in, rows):
    NotificationFactory.create_batch(rows, user=alice)
    reader = signed_in(alice)
    with CaptureQueriesContext(connection) as statements:
        assert reader.get(PAGE).content.decode().count("<time") == rows
    assert len(statements) == 2, [s["sql"] for s in statements]


def test_older_ones_follow(alice, signed_in):
    for n in range(35):
        facts = {"by": f"No. {n}.", "organisation": "Lab", "slug": "lab", "role": "a member"}
        NotificationFactory(user=alice, facts=facts, notified_at=NOON + timedelta(minutes=n))
    reader = signed_in(alice)
    first = reader.get(PAGE).content.decode()
    second = reader.get(PAGE + unescape(re.search(r'href="(\?older=[^"]*)"', first)[1])).content.decode()
    shown = [int(n) for page in (first, second) for n in re.findall(r"No\. (\d+)\.", page)]
    assert shown == list(reversed(range(35)))
    assert reader.get(f"{PAGE}?older=x").status_code == 400


def test_to_read_one_leads_on(alice, bob, signed_in):
    row = NotificationFactory(user=alice)
    assert signed_in(bob).act(f"{PAGE}/{row.pk}/read").status_code == 404
    reader = signed_in(alice)
    for _ in range(2):
        assert reader.act(f"{PAGE}/{row.pk}/read").url == "/orgs/lab"
        first = Notification.objects.get().read_at
        assert first == Notification.objects.get().read_at
    assert bell(reader.get(PAGE)) == "Notifications"


def test_all_are_read_but_what_came_after_the_page(alice, bob, signed_in):
    NotificationFactory.create_batch(3, user=alice)
    others = NotificationFactory(user=bob)
    reader = signed_in(alice)
    until = re.search(r'name="until" value="([^"]*)"', reader.get(PAGE).content.decode())[1]
    late = NotificationFactory(user=alice, notified_at=NOON + timedelta(microseconds=1))
    reader.act(f"{PAGE}/read", {"until": until})
    assert set(Notification.objects.unread()) == {late, others}
    for wrong in ("", "soon", "2025-99-99T00:00:00Z", "2025-09-10T12:00:00"):
        assert reader.act(f"{PAGE}/read", {"until": wrong}).status_code == 400


def test_read_ones_go_after_ninety_days_and_all_after_a_year(alice):
    now = timezone.now()
    NotificationFactory(user=alice, read_at=now - timedelta(days=91))
    kept = [
        NotificationFactory(user=alice, read_at=now - timedelta(days=89)),
        NotificationFactory(user=alice, notified_at=now - timedelta(days=364)),
    ]
    NotificationFactory(user=alice, notified_at=now - timedelta(days=366))
    tasks.delete_old(0)
    assert list(Notification.objects.order_by("pk")) == kept


def test_they_are_in_the_export_and_go_with_the_person(alice, bob):
    for person in (alice, bob):
        NotificationFactory(user=person, facts={"by": str(person)})
        Choice.objects.choose(person, {"role": Delivery.DAILY})
    files = {name: list(takeout.FILES[name](alice)) for name in ("notifications", "notification_settings")}
    assert [row["facts"] for row in files["notifications"]] == [{"by": "Alice Ash"}]
    assert files["notification_settings"] == [{"kind": "role", "delivery": "daily"}]
    alice.leave()
    assert [row.user for row in Notification.objects.all()] == [bob]
