"""Which user names can be chosen, at sign-up and in the admin, and what becomes of those nobody confirmed."""

from datetime import timedelta
from threading import Event

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction

from accounts import tasks
from accounts.adapter import AccountAdapter
from accounts.models import User
from tests.accounts.entrance import sign_in
from tests.factories import appoint
from tests.orgs.conftest import confirm
from tests.race import race

# How many connections to this database wait for a lock.
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
PASSWORD = "correct horse battery"
STRANGE = ["dora@example.org", "dora.d", "dora+d", "-dora", "dora_", "_", "dörа", "do ra", "d/a"]
OFFICIAL = [
    *("admin", "Support", "null", "postmaster", "api", "me"),
    *("adm1n", "4dmin", "m0derator", "rnoderator", "supp0rt", "5taff", "r00t", "br0adsh33t", "ad-min", "ad_min"),
    *("admin1", "broadsheet-team", "official-dora", "dora_support", "thebroadsheet", "dora-security-1"),
]
GOOD = ["dora", "Dora-Day", "d", "42", "dora_d-2", "rootbeer", "supporter", "x" * 39]


def sign_up(reader, username, email="dora@example.org"):
    reader.get("/accounts/signup/")
    form = {"username": username, "email": email, "password1": PASSWORD, "password2": PASSWORD}
    return reader.post("/accounts/signup/", form | {"csrfmiddlewaretoken": reader.cookies["csrftoken"].value})


@pytest.fixture
def admin(alice, signed_in):
    alice.is_superuser = True
    return signed_in(appoint(confirm(alice), is_staff=True))


@pytest.mark.parametrize("username", GOOD)
def test_names_that_can_be_had(db, stranger, username):
    sign_up(stranger, username)
    assert User.objects.get().username == username


@pytest.mark.parametrize("username", STRANGE)
def test_names_that_are_no_part_of_an_address(db, stranger, username):
    page = sign_up(stranger, username).content.decode()
    assert "A username has letters from a to z, digits, hyphens and underscores." in page
    assert not User.objects.exists()


@pytest.mark.parametrize("username", OFFICIAL)
def test_names_that_look_like_an_authority(db, stranger, username):
    page = sign_up(stranger, username).content.decode()
    assert "is reserved, or could be mistaken for this site" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("username", ["dora.d", "adm1n"])
def test_the_admin_makes_none_of_these(admin, username):
    form = {"username": username, "usable_password": "false"}
    page = admin.act("/admin/accounts/user/add/", form).content.decode()
    assert "username" in page.lower()
    assert User.objects.count() == 1


def test_names_from_before_stay_and_can_be_edited(admin, stranger, bob):
    User.objects.filter(pk=bob.pk).update(username="bob.b+1")
    assert "Bob Birch" in stranger.get("/people/bob.b+1").content.decode()
    path = f"/admin/accounts/user/{bob.pk}/change/"
    form = {"username": "bob.b+1", "name": "Robert", "links": "[]"}
    dates = {"date_joined_0": "2026-01-01", "date_joined_1": "00:00"}
    admin.act(path, form | dates)
    bob.refresh_from_db()
    assert (bob.username, bob.name) == ("bob.b+1", "Robert")
    admin.act(path, form | dates | {"username": "adm1n"})
    bob.refresh_from_db()
    assert bob.username == "bob.b+1"


@pytest.mark.parametrize(
    ("name", "username"), [("ada.lovelace@example.org", "adalovelace"), ("Ada Lovelace", "adalovelace")]
)
def test_who_signs_up_through_another_site_gets_a_name_that_can_be_had(db, rf, name, username):
    adapter = AccountAdapter(rf.get("/"))
    assert adapter.generate_unique_username([name, "user"]) == username
    assert adapter.generate_unique_username(["support", "-", "user"]).startswith("user")


@pytest.fixture
def dora(stranger, db, time_machine):
    """Somebody who signed up and confirmed nothing, a little more than seven days ago."""
    time_machine.move_to("2026-11-20T10:00Z")
    sign_up(stranger, "dora")
    time_machine.move_to("2026-11-27T10:01Z")
    return User.objects.get(username="dora")


def test_who_never_confirms_an_address_gives_the_name_free(dora, stranger, mailoutbox):
    mailoutbox.clear()
    tasks.delete_unconfirmed(0)
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()
    assert mailoutbox == []
    sign_up(stranger, "dora", "other@example.org")
    assert User.objects.get().username == "dora"


def test_wrong_passwords_and_unread_mail_do_not_keep_a_name(dora):
    sign_in("dora", "wrong password")
    sign_in("dora", PASSWORD)  # which sends another confirmation
    assert [event.kind for event in dora.security_events.all()] == ["wrong_password"]
    tasks.delete_unconfirmed(0)
    assert not User.objects.exists()


def test_an_account_elsewhere_that_was_never_used_to_sign_in_does_not_keep_a_name(dora):
    SocialAccount.objects.create(user=dora, provider="github", uid="7")
    tasks.delete_unconfirmed(0)
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nobody_is_deleted_who_is_confirming_an_address_at_this_moment(dora):
    is_confirming, is_over = Event(), Event()

    def confirm_slowly():
        with transaction.atomic(), connection.cursor() as cursor:
            EmailAddress.objects.update(verified=True)
            is_confirming.set()
            waiting = 0
            while not (waiting or is_over.wait(0.01)):
                cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees the first answer for ever
                cursor.execute(WAITING)
                [(waiting,)] = cursor.fetchall()

    def delete():
        is_confirming.wait()
        try:
            tasks.delete_unconfirmed(0)
        finally:
            is_over.set()

    assert race(confirm_slowly, delete) == [None, None]
    assert User.objects.get().username == "dora"


def _recent(dora):
    dora.date_joined += timedelta(minutes=2)
    dora.save()


def _signed_in(dora):
    dora.last_login = dora.date_joined
    dora.save()


def _staff(dora):
    dora.is_staff = True
    dora.save()


KEPT = {
    "not yet seven days": _recent,
    "staff": _staff,
    "confirmed another address": lambda dora: confirm(dora, "dora@elsewhere.example"),
    "was signed in": _signed_in,
    "made by an operator": lambda dora: EmailAddress.objects.all().delete(),
}


@pytest.mark.parametrize("case", KEPT)
def test_who_is_not_deleted(dora, case):
    KEPT[case](dora)
    tasks.delete_unconfirmed(0)
    assert User.objects.get().username == "dora"


@pytest.mark.parametrize(
    "name",
    [
        "Broadsheet Security",
        "Br0adsheet",
        "Admin",
        "Adm\u0456n",
        "Вrоаԁѕһееt",
        "ᏚᎢᎪᖴᖴ",
        "The Security Team",
        "Renew at http://evil.example",
        "WWW.evil.example",
    ],
)
def test_full_names_that_could_be_taken_for_the_sites_own_words(alice, signed_in, name):
    page = signed_in(alice).act("/settings/profile", {"name": name}).content.decode()
    assert "could be mistaken for this site" in page or "contain a web address" in page
    alice.refresh_from_db()
    assert alice.name == "Alice Ash"


@pytest.mark.parametrize("name", ["Dan Root", "Ada Lovelace", "J. R. R. Tolkien", "Official Person"])
def test_full_names_of_people(alice, signed_in, name):
    signed_in(alice).act("/settings/profile", {"name": name})
    alice.refresh_from_db()
    assert alice.name == name
