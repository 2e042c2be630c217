"""Which kinds come by mail: the settings page, a kind that is new, and links that stop mails."""

import re
import sys

import pytest
from django.core import signing

from inbox.models import Choice, Notification
from inbox.models.choice import NotificationMails
from inbox.models.kind import KINDS, Delivery
from inbox.notifications import kinds as package
from inbox.signed_links import STOP, UNSUBSCRIBE
from tests.factories import NotificationFactory
from tests.inbox.notifications.test_notifications import text

PAGE = "/settings/notifications"
NEW = """
from django.dispatch import Signal

from inbox.models.kind import Delivery, NotificationKind, register

thanked = Signal()


@register
class Thanks(NotificationKind):
    key = "thanks"
    title = "Somebody thanks me"
    signal = thanked
    default = Delivery.DAILY

    def text(self, facts: dict) -> str:
        return f"{facts['by']} thanked you."

    def link(self, facts: dict) -> str:
        return "/papers"
"""


def checked(answer) -> dict[str, str]:
    return dict(re.findall(r'name="(\w+)" value="(\w+)" checked', answer.content.decode()))


@pytest.fixture
def thanks(tmp_path, monkeypatch):
    """Another kind of notification, in one file."""
    (tmp_path / "thanks.py").write_text(NEW)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    package.discover()
    yield
    del KINDS["thanks"], sys.modules[f"{package.__name__}.thanks"]


def test_the_page_shows_every_kind_that_leaves_a_choice_and_what_was_chosen(alice, bob, signed_in):
    reader = signed_in(alice)
    defaults = {key: str(kind.default) for key, kind in KINDS.items() if len(kind.deliveries) > 1}
    assert checked(reader.get(PAGE)) == defaults
    assert {"claim": "at_once", "listed": "daily", "version": "daily"}.items() <= defaults.items()
    form = defaults | {"listed": "at_once", "claim": "never"}
    for _ in range(2):
        assert "Email settings saved" in text(reader.act(PAGE, form, follow=True))
        assert checked(reader.get(PAGE)) == form
    assert checked(signed_in(bob).get(PAGE)) == defaults


@pytest.mark.parametrize(("kind", "how"), [("listed", "often"), ("listed", ""), ("invitation", "daily")])
def test_what_cannot_be_chosen_changes_nothing(alice, signed_in, kind, how):
    answer = signed_in(alice).act(PAGE, {"role": "never", kind: how})
    assert answer.status_code == 400
    assert "is not a choice" in text(answer)
    assert not Choice.objects.exists()


def test_a_kind_is_one_file(thanks, alice, bob, signed_in, work):
    reader = signed_in(alice)
    assert "Somebody thanks me" in text(reader.get(PAGE))
    assert checked(reader.get(PAGE))["thanks"] == "daily"
    reader.act(PAGE, {"thanks": "at_once"})
    assert checked(reader.get(PAGE))["thanks"] == "at_once"
    NotificationFactory(user=alice, kind="thanks", facts={"by": "Bob"})
    assert "Bob thanked you." in text(reader.get("/notifications"))


def test_never_is_also_for_what_waits(alice):
    waiting = NotificationFactory(user=alice, delivery="daily")
    Choice.objects.choose(alice, {"role": Delivery.AT_ONCE})
    assert list(Notification.objects.unmailed()) == [waiting]
    Choice.objects.choose(alice, {"role": Delivery.NEVER})
    assert not Notification.objects.unmailed().exists()


def test_a_link_stops_mails_without_an_account_or_a_token(alice, bob, stranger):
    for person in (alice, bob):
        NotificationFactory(user=person)
    path = STOP.link(NotificationMails(alice.pk, ("claim", "role"))).removeprefix("http://127.0.0.1:8000")
    page = text(stranger.get(path))
    assert KINDS["role"].title in page
    assert KINDS["listed"].title not in page
    assert not Choice.objects.exists()
    for _ in range(2):
        assert "You are unsubscribed" in text(stranger.post(path, {"List-Unsubscribe": "One-Click"}))
    assert {key for key, how in Choice.objects.of(alice).items() if how == "never"} == {"claim", "role", "invitation"}
    assert [notification.user for notification in Notification.objects.unmailed()] == [bob]
    alice.delete()
    assert "You are unsubscribed" in text(stranger.post(path))


def test_a_link_for_something_else_stops_nothing(alice, stranger):
    mails = NotificationMails(alice.pk, ("role",))
    token = STOP.link(mails).rsplit("/", 1)[1]
    foreign = signing.dumps(mails.key, salt=UNSUBSCRIBE._salt)
    for wrong in (foreign, token[:-1], f"{token}x", "no-such-token"):
        assert stranger.post(f"/notifications/stop/{wrong}").status_code == 400
    assert not Choice.objects.exists()
