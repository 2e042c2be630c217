"""Every one-line field of every form of ours, and of the admin for our models, keeps one line that can be seen."""

import pytest
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from accounts.models import User
from lib.text import one_line
from orgs.models import Invitation
from papers.models import Affiliation, Collection
from tests.orgs.conftest import confirm

OURS = ("accounts", "config", "inbox", "lib", "orgs", "papers")
ADMINS = [model_admin for model, model_admin in admin.site._registry.items() if model._meta.app_label in OURS]
HOSTILE = "a\r\nb\x0b\x85\u2028c\u202ed\u200be\u00adf\u2060g\ufeffh\ufe0fi\U000e0041j\u200dk\u0065\u0301"
CLEAN = "a b cdefghijk\u00e9"
# What is not shown, or not typed as text: nobody reads it, or only the form itself.
UNREAD = (forms.Textarea, forms.HiddenInput, forms.PasswordInput)


def subclasses(kind: type) -> list[type]:
    return [kind, *(lower for direct in kind.__subclasses__() for lower in subclasses(direct))]


def form_classes() -> list[type[forms.BaseForm]]:
    """Those of the admin have a test of their own, since models check a part of what they take."""
    ours = [form for form in subclasses(forms.BaseForm) if form.__module__.split(".")[0] in OURS]
    return [form for form in ours if not form.__module__.endswith(".admin")]


def lines(fields: dict[str, forms.Field]) -> dict[str, forms.Field]:
    """But for user names: they are not cleaned, but refused (tests/accounts/test_usernames.py)."""
    return {
        name: field
        for name, field in fields.items()
        if isinstance(field, forms.CharField) and not isinstance(field.widget, UNREAD) and name != "username"
    }


def kept(field: forms.Field, typed: str) -> str:
    """What becomes of it, "" where it is refused."""
    try:
        return field.clean(typed)
    except ValidationError:
        return ""


@pytest.mark.parametrize("form", form_classes(), ids=lambda form: f"{form.__module__}.{form.__name__}")
def test_every_line_of_our_forms_is_clean(form):
    for name, field in lines(form.base_fields).items():
        for typed in (HOSTILE, f"https://example.org/{HOSTILE}", f"a@{HOSTILE}.example.org"):
            value = kept(field, typed)
            assert value == one_line(value), name
        with pytest.raises(ValidationError):
            field.clean("\u200b\u202e\u2060")


@pytest.mark.parametrize("model_admin", ADMINS, ids=lambda model_admin: type(model_admin).__name__)
def test_every_line_of_the_admin_is_clean(model_admin, db):
    request = RequestFactory().get("/admin/")
    request.user = User(is_staff=True, is_superuser=True)
    for form in (model_admin.get_form(request), model_admin.get_form(request, model_admin.model(), change=True)):
        for name, field in lines(form.base_fields).items():
            value = kept(field, HOSTILE)
            try:
                model_admin.model._meta.get_field(name).run_validators(value)
            except ValidationError:
                continue
            for line in value if isinstance(value, list) else [value]:
                assert line == one_line(line), name


def test_a_profile_name(alice, signed_in):
    signed_in(alice).act("/settings/profile", {"name": HOSTILE})
    alice.refresh_from_db()
    assert alice.name == CLEAN


def test_a_profile_name_of_which_nothing_can_be_seen_is_refused(alice, signed_in):
    answer = signed_in(alice).act("/settings/profile", {"name": "\u200b\u3164"})
    assert "What was typed here cannot be seen" in answer.content.decode()
    alice.refresh_from_db()
    assert alice.name == "Alice Ash"


def test_an_organisation(alice, lab, signed_in):
    reader = signed_in(alice)
    reader.act("/orgs/lab/edit", {"name": HOSTILE, "announcement": HOSTILE, "website": "https://example.org/\u202eb"})
    lab.refresh_from_db()
    reader.act("/orgs/lab/publish", {"revision": lab.revision})
    lab.refresh_from_db()
    assert (lab.name, lab.announcement, lab.website) == (CLEAN, CLEAN, "https://example.org/b")


def test_what_is_founded_and_collected(alice, signed_in):
    reader = signed_in(confirm(alice))
    reader.act("/orgs/new", {"name": HOSTILE, "slug": "harbour"})
    assert alice.founded.get().name == CLEAN
    reader.act("/collections/new", {"name": HOSTILE, "visibility": "public"})
    assert Collection.objects.get().name == CLEAN


def test_what_verbs_take_without_a_form(alice, bob, lab, paper, signed_in):
    signed_in(bob).act(f"/orgs/lab/papers/{paper.arxiv_id}/suggest", {"reason": HOSTILE})
    reader = signed_in(alice)
    reader.act("/papers/filters/save", {"name": HOSTILE, "query": "q=maths"})
    assert Affiliation.objects.get().reason == CLEAN
    assert alice.saved_filters.get().name == CLEAN


def test_what_is_written_without_a_form_at_all(alice):
    User.objects.filter(pk=alice.pk).update(name=HOSTILE)
    assert User.objects.get(name=HOSTILE).name == CLEAN


def test_a_passkey(alice, signed_in):
    alice.set_password("correct horse battery")
    alice.save()
    reader = signed_in(confirm(alice))
    reader.get("/accounts/reauthenticate/")
    reader.act("/accounts/reauthenticate/", {"password": "correct horse battery"})
    key = Authenticator.objects.create(user=alice, type=Authenticator.Type.WEBAUTHN, data={"name": "Key"})
    reader.act(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": HOSTILE})
    key.refresh_from_db()
    assert key.data["name"] == CLEAN


def test_an_invited_address(alice, lab, signed_in):
    signed_in(alice).act("/orgs/lab/invite", {"invited": "dora@example.org\u200b\u202e", "role": "member"})
    assert Invitation.objects.get().email == "dora@example.org"
