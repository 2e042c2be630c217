"""Notifications by mail: at once, once a day, or never; what is in them; and that none is sent twice."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from inbox.models import Choice, Notification
from inbox.models.kind import KINDS, Delivery, NotificationData
from inbox.notifications import notification_mail, tasks
from tests.factories import NotificationFactory, UserFactory
from tests.orgs.conftest import confirm, unconfirm
from tests.race import race

FACTS = {"by": "Olga & Co.", "organisation": "The Lab", "slug": "lab", "role": "an admin"}


def tell(user, subject="lab", kind="role", **facts):
    payload = {"user_id": user.pk, "subject": subject, "facts": FACTS | facts}
    tasks.notify.defer(kind=kind, payload=payload)


def test_at_once_goes_to_the_first_confirmed_address(alice, work, mailoutbox):
    alice.emailaddress_set.create(email="alice@elsewhere.example", verified=False)
    confirm(alice)
    confirm(alice, "second@elsewhere.example")
    tell(alice)
    assert mailoutbox == []
    work()
    [letter] = mailoutbox
    assert (letter.to, letter.subject) == (
        ["alice@example.org"],
        "[Broadsheet] Your role in “The Lab”",
    )
    assert "* Olga & Co. made you an admin of The Lab.\n\nhttp://127.0.0.1:8000/orgs/lab\n" in letter.body
    assert "http://127.0.0.1:8000/settings/notifications" in letter.body
    assert Notification.objects.get().mailed_at
    tell(alice)
    work()
    assert len(mailoutbox) == 1
    tell(alice, role="a member")
    work()
    assert len(mailoutbox) == 2


def test_its_headers_stop_it_by_one_click(alice, stranger, work, mailoutbox):
    tell(confirm(alice))
    work()
    headers = mailoutbox[0].extra_headers
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = headers["List-Unsubscribe"]
    assert link[1:-1] in mailoutbox[0].body
    stranger.post(link[1:-1].removeprefix("http://127.0.0.1:8000"), {"List-Unsubscribe": "One-Click"})
    tell(alice, "club")
    work()
    assert (len(mailoutbox), Notification.objects.count()) == (1, 2)


@pytest.mark.parametrize("case", ["nowhere confirmed", "inactive", "read meanwhile", "never", "has left"])
def test_who_gets_none(alice, work, mailoutbox, case):
    if case == "nowhere confirmed":
        unconfirm(alice)
    if case == "never":
        Choice.objects.choose(alice, {"role": Delivery.NEVER})
    Notification.objects.notify(KINDS["role"], [NotificationData(alice.pk, "lab", FACTS)])
    row = Notification.objects.get()
    if case == "inactive":
        alice.is_active = False
        alice.save()
    if case == "read meanwhile":
        row.read()
    if case == "has left":
        alice.delete()
    tasks.mail_at_once(row.pk)
    tasks.mail_daily(0)
    work()
    assert mailoutbox == []
    assert not Notification.objects.unmailed().exists()


def test_once_a_day_in_one_mail(alice, bob, work, mailoutbox):
    for person in (confirm(alice), confirm(bob)):
        Choice.objects.choose(person, {"role": Delivery.DAILY})
        for n in range(3):
            tell(person, f"org-{n}", organisation=f"No. {n}")
    tell(bob, "claim", "claim", granted=True, answer="Well done.")
    work()
    assert [(letter.to, letter.subject) for letter in mailoutbox] == [
        (["bob@example.org"], "[Broadsheet] Your claim to “The Lab” was approved")
    ]
    assert "> Reply from the moderators:\n>\n> Well done.\n" in mailoutbox[0].body
    mailoutbox.clear()
    Notification.objects.filter(user=bob, subject="org-1").read()
    for _ in range(2):
        tasks.mail_daily(0)
        work()
    assert sorted((*letter.to, letter.subject, letter.body.count("an admin of No.")) for letter in mailoutbox) == [
        ("alice@example.org", "[Broadsheet] 3 notifications", 3),
        ("bob@example.org", "[Broadsheet] 2 notifications", 2),
    ]


def test_a_mail_that_cannot_be_sent_waits(alice, bob, work, mailoutbox, monkeypatch):
    rows = [NotificationFactory(user=confirm(person), delivery="daily") for person in (alice, bob)]
    tasks.mail_daily(0)

    class Down(EmailBackend):
        def send_messages(self, messages):
            raise smtplib.SMTPServerDisconnected

    with monkeypatch.context() as broken:
        broken.setattr(EmailBackend, "send_messages", Down.send_messages)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            notification_mail.send(alice)
    assert list(Notification.objects.unmailed().order_by("pk")) == rows
    work()
    assert len(mailoutbox) == 2
    assert not Notification.objects.unmailed().exists()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_one_mail():
    person = confirm(UserFactory())
    NotificationFactory.create_batch(20, user=person, delivery="daily")
    assert race(*[lambda: notification_mail.send(person)] * 6) == [None] * 6
    count = sum(letter.body.count("made you an admin") for letter in mail.outbox)
    assert count == 20
    assert not Notification.objects.unmailed().exists()


@pytest.mark.parametrize("how", ["daily", "at_once"])
def test_what_was_not_mailed_yesterday_is_today(alice, work, mailoutbox, time_machine, how):
    confirm(alice)
    NotificationFactory(user=alice, delivery=how, notified_at=timezone.now())
    time_machine.move_to(timezone.now() + timedelta(days=2))
    tasks.mail_daily(0)
    work()
    assert len(mailoutbox) == 1
