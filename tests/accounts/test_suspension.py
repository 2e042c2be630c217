"""A suspension ends all access at once, says why, and is over when its time is."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.adapter import get_adapter
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import suspension
from accounts.models import User
from accounts.tasks import end_suspensions, warn
from inbox.notifications.tasks import mail_at_once
from lib.refusals import BadInput, Conflict, Gone, NotAllowed
from papers.models import Bookmark, DataExport, FeedKey
from papers.people.tasks import make_export
from tests.accounts.entrance import OTHER_NETWORK, browser_of, is_signed_in, register, sign_in
from tests.factories import NotificationFactory, PaperFactory, UserFactory, appoint
from tests.race import race

UNTIL = timedelta(days=3)


@pytest.fixture
def mo(db):
    return appoint(UserFactory(username="mo", name="Mo Moss"))


@pytest.fixture
def root(db):
    return appoint(UserFactory(username="root"), is_superuser=True, is_appointed_moderator=False)


def test_all_access_ends(dora, mo, stranger):
    readers = [browser_of("dora"), browser_of("dora", OTHER_NETWORK)]
    key = FeedKey.objects.make(dora)
    feed = f"/bookmarks.atom?key={key}"
    assert stranger.get(feed).status_code == 200
    dora.suspend(mo, "Advertising")
    paper = PaperFactory()
    for reader in readers:
        assert not is_signed_in(reader)
        assert "Account of dora" not in reader.get("/papers").content.decode()
        answer = reader.act(f"/papers/{paper.arxiv_id}/bookmark")
        assert answer.url.startswith("/accounts/login/")
        page = reader.get(answer.url).content.decode()
        assert "You were signed out because your account is suspended" in page
        assert "Advertising" not in page  # before the password
    assert not Bookmark.objects.exists()
    assert stranger.get(feed).status_code == 404
    assert FeedKey.objects.of(dora) != key
    assert "your account is suspended" not in stranger.get("/accounts/login/").content.decode()


def test_a_suspension_that_ends_revives_no_session(dora, mo):
    reader = browser_of("dora")
    dora.suspend(mo, "Advertising")
    assert dora.reinstate(mo)
    assert not is_signed_in(reader)
    assert "is suspended" not in reader.get("/accounts/login/").content.decode()
    assert is_signed_in(browser_of("dora"))


def test_a_password_that_is_changed_meanwhile_ends_no_suspension(dora, mo):
    read_before = User.objects.get(pk=dora.pk)
    dora.suspend(mo, "Advertising")
    get_adapter().set_password(read_before, "another horse battery")
    dora.refresh_from_db()
    assert (dora.is_active, dora.suspension_reason) == (False, "Advertising")
    assert dora.check_password("another horse battery")


def test_one_mail_says_why_and_how_to_answer(dora, mo, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            dora.suspend(mo, "Advertising\n in comments", datetime(2100, 2, 3, 4, 5, tzinfo=UTC))
    [mail] = mailoutbox
    assert mail.to == ["dora@example.org"]
    assert "is suspended until 3 February 2100, 04:05 (UTC). Reason: Advertising in comments" in mail.body
    path = next(line for line in mail.body.splitlines() if "/moderation/suspended/" in line)
    assert suspension.read(path.rpartition("/")[2]) == dora


@pytest.mark.parametrize(("is_suspended", "mails"), [(False, 3), (True, 0)])
def test_nothing_else_is_mailed(
    dora, mo, settings, tmp_path, mailoutbox, is_suspended, mails, django_capture_on_commit_callbacks
):
    """Letters are tested in tests/inbox/letters."""
    settings.EXPORT_ROOT = tmp_path
    export, notification = DataExport.objects.ask(dora), NotificationFactory(user=dora)
    if is_suspended:
        dora.suspend(mo, "Advertising")
    with django_capture_on_commit_callbacks(execute=True):
        make_export(export.token)
        mail_at_once(notification.pk)
        warn(dora.pk, "198.51.100.0/24", knows_password=False)
    assert len(mailoutbox) == mails


def test_twice_is_once_and_other_terms_replace_the_first(dora, mo):
    until = timezone.now() + UNTIL
    assert [dora.suspend(mo, "Spam", until), dora.suspend(mo, "Spam", until), dora.suspend(mo, "Spam")] == [
        True,
        False,
        True,
    ]
    assert User.objects.get(pk=dora.pk).suspended_until is None
    assert [dora.reinstate(mo), dora.reinstate(mo)] == [True, False]
    log = list(dora.security_events.order_by("pk").values_list("kind", "detail"))
    assert [kind for kind, _ in log] == ["suspended", "suspended", "reinstated"]
    assert log[1] == ("suspended", "permanently. Reason: Spam")


def test_it_ends_when_its_time_is_over(dora, mo, time_machine):
    other = register("otto")
    dora.suspend(mo, "Spam", timezone.now() + UNTIL)
    other.suspend(mo, "Spam")
    time_machine.move_to(timezone.now() + UNTIL - timedelta(minutes=1))
    end_suspensions(0)
    assert not User.objects.get(pk=dora.pk).is_active
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    end_suspensions(0)
    assert User.objects.get(pk=dora.pk).is_active
    assert not User.objects.get(pk=other.pk).is_active


def test_whoever_signs_in_after_its_end_need_not_wait_for_the_worker(dora, mo, time_machine):
    dora.suspend(mo, "Spam", timezone.now() + UNTIL)
    time_machine.move_to(timezone.now() + UNTIL + timedelta(seconds=1))
    _, reader = sign_in("dora")
    assert is_signed_in(reader)
    assert User.objects.get(pk=dora.pk).is_active


ACTORS = {
    # the actor → whom it may suspend
    "reader": set(),
    "staff": set(),
    "moderator": {"reader", "staff"},
    "superuser": {"reader", "staff", "moderator", "superuser"},
}
FIELDS = {
    "reader": {},
    "staff": {"is_staff": True},
    "moderator": {"is_appointed_moderator": True},
    "superuser": {"is_superuser": True},
}


@pytest.mark.parametrize("whom", FIELDS)
@pytest.mark.parametrize("who", ACTORS)
def test_who_suspends_whom(db, root, who, whom):
    actor, person = UserFactory(**FIELDS[who]), UserFactory(**FIELDS[whom])
    if whom in ACTORS[who]:
        person.suspend(actor, "Spam")
        assert not User.objects.get(pk=person.pk).is_active
        person.reinstate(actor)
        assert User.objects.get(pk=person.pk).is_active
        return
    with pytest.raises(NotAllowed):
        person.suspend(actor, "Spam")
    assert User.objects.get(pk=person.pk).is_active
    person.suspend(root, "Spam")
    with pytest.raises(NotAllowed):
        person.reinstate(actor)
    assert not User.objects.get(pk=person.pk).is_active


def test_nobody_suspends_themself(root):
    with pytest.raises(NotAllowed, match="your own account"):
        root.suspend(root, "A holiday")
    assert User.objects.get(pk=root.pk).is_active


def test_a_suspended_moderator_decides_nothing_and_is_one_again_afterwards(root, mo, dora):
    mo.suspend(root, "Away")
    with pytest.raises(NotAllowed):
        dora.suspend(mo, "Spam")
    mo.reinstate(root)
    assert dora.suspend(mo, "Spam")


@pytest.mark.parametrize(
    ("reason", "until", "words"),
    [
        (" \n", None, "needs a reason"),
        ("x" * 201, None, "has 201"),
        ("Spam", timedelta(seconds=-1), "in the future"),
    ],
)
def test_what_is_no_suspension(dora, mo, reason, until, words):
    with pytest.raises(BadInput, match=words):
        dora.suspend(mo, reason, until and timezone.now() + until)
    assert User.objects.get(pk=dora.pk).is_active


def test_an_account_that_is_inactive_for_another_reason_stays_so(dora, mo):
    User.objects.filter(pk=dora.pk).update(is_active=False)
    with pytest.raises(Conflict, match="already inactive"):
        dora.suspend(mo, "Spam")
    assert not dora.reinstate(mo)
    end_suspensions(0)
    assert not User.objects.get(pk=dora.pk).is_active


def test_a_deleted_account_is_gone(dora, mo):
    fetched = User.objects.get(pk=dora.pk)
    dora.leave()
    with pytest.raises(Gone):
        fetched.suspend(mo, "Spam")


def test_the_admin_does_not_end_a_suspension(dora, mo, root, signed_in):
    root.is_staff = True
    root.save()
    reader, path = signed_in(root), f"/admin/accounts/user/{dora.pk}/change/"
    form = {
        "username": "dora",
        "email": dora.email,
        "links": "[]",
        "date_joined_0": "2025-01-01",
        "date_joined_1": "00:00",
    }
    dora.suspend(mo, "Spam")
    answer = reader.act(path, form | {"is_active": "on"})
    assert "is suspended" in answer.content.decode()
    assert not User.objects.get(pk=dora.pk).is_active
    assert reader.act(path, form | {"name": "Dora D."}).status_code == 302
    person = User.objects.get(pk=dora.pk)
    assert (person.name, person.suspension_reason) == ("Dora D.", "Spam")


@pytest.mark.parametrize(
    "fields", [{"suspension_reason": "Spam"}, {"is_active": False, "suspended_until": timezone.now()}]
)
def test_the_database_knows_no_half_suspension(dora, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=dora.pk).update(**fields)


def test_a_token_is_good_while_the_suspension_lasts(dora, mo):
    token = suspension.token(dora)
    with pytest.raises(Gone):
        suspension.read(token)
    dora.suspend(mo, "Spam")
    assert suspension.read(token) == dora
    for wrong in (token[:-1], signing.dumps(dora.pk), "no-such-token"):
        with pytest.raises(Gone, match="incomplete"):
            suspension.read(wrong)
    dora.reinstate(mo)
    with pytest.raises(Gone, match="not suspended"):
        suspension.read(token)


def test_what_was_written_stays_and_the_person_has_no_page(dora, mo, stranger):
    paper = PaperFactory(submitted_by=dora)
    dora.suspend(mo, "Spam")
    assert stranger.get("/people/dora").status_code == 404
    assert stranger.get(f"/papers/{paper.arxiv_id}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_superusers_who_suspend_each_other_leave_one(dora):
    ada, bea = (UserFactory(is_superuser=True) for _ in range(2))
    outcomes = race(lambda: ada.suspend(bea, "No, you"), lambda: bea.suspend(ada, "You"))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NotAllowed", "bool"]
    assert User.objects.superusers().count() == 1
