"""Every one-line field of every form of ours, and of the admin for our models, keeps one line that can be seen."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django import forms
from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.test import RequestFactory

from accounts.models import User
from config.logs import PACKAGES
from lib import profile_links
from lib.fields import LineField, MailField
from lib.text import one_line
from orgs.models import Invitation
from papers.models import Affiliation, Collection
from tests.orgs.conftest import confirm

ADMINS = [model_admin for model, model_admin in admin.site._registry.items() if model._meta.app_label in PACKAGES]
HOSTILE = (
    "a\r\nb\x0b\x85\u2028c\u202ed\u200be\u00adf\u2060g\ufeffh\ufe0fi\U000e0041j\u200dk\u0065\u0301z" + "\u0351" * 30
)
CLEAN = "a b cdefghijk\u00e9z\u0351\u0351\u0351\u0351"
# What is not shown, or not typed as text: nobody reads it, or only the form itself.
UNREAD = (forms.Textarea, forms.HiddenInput, forms.PasswordInput)

# Columns of one line that nobody types as text: why each needs no cleaning.
OTHER_LINES = {
    **dict.fromkeys(("api.Delivery.key", "api.Webhook.secret"), "random"),
    **dict.fromkeys(("api.StoredAnswer.digest", "api.Token.digest"), "a digest"),
    "api.StoredAnswer.key": "compared, and not shown",
    "api.Token.prefix": "the beginning of something random",
    "api.Webhook.address": "an address of a page, made by the site",
    "api.Webhook.url": "an address, which a form checks",
    "accounts.SecurityEvent.browser": "a name from a list of ours",
    "accounts.SecurityEvent.detail": "addresses, and names of ways to sign in",
    "accounts.SecurityEvent.network": "made from an IP address",
    "accounts.Suppression.digest": "a digest",
    "accounts.User.password": "a hash",
    "accounts.User.username": "refused unless it is ASCII",
    "inbox.Choice.kind": "a key of `KINDS`",
    "inbox.Letter.key": "random",
    "inbox.Notification.kind": "a key of `KINDS`",
    "inbox.Notification.subject": "an id or a slug",
    "inbox.Subscription.address": "an address of a page, made by the site",
    "inbox.Subscription.key": "random",
    "inbox.Subscription.zone": "one of the names of IANA",
    **dict.fromkeys(("moderation.Action.kind", "moderation.Case.kind"), "a key of `KINDS`"),
    "moderation.Action.decision": "a key of `DECISIONS`",
    "moderation.Action.url": "an address of a page, made by the site",
    "orgs.Invitation.digest": "a digest",
    "orgs.Organisation.accent": "a colour, which a form checks",
    "orgs.Organisation.change": "a name of a verb",
    "orgs.Organisation.name_skeleton": "letters and digits",
    "papers.Author.affiliation": "written by imports, which clean it (tests/papers/ingest/test_record.py)",
    "papers.Author.family": "written by imports, which clean it (tests/papers/ingest/test_record.py)",
    "papers.Author.given": "written by imports, which clean it (tests/papers/ingest/test_record.py)",
    "papers.Author.name": "written by imports, which clean it (tests/papers/ingest/test_record.py)",
    "papers.Author.suffix": "written by imports, which clean it (tests/papers/ingest/test_record.py)",
    "papers.AuthorFollow.folded": "to make it from the name",
    "papers.Comment.mentioned": "user names",
    "papers.Comment.source_id": "an id of another site, which is not shown",
    "papers.DataExport.token": "random",
    "papers.Embedding.model": "a setting",
    "papers.FeedKey.key": "random",
    "papers.Intake.key": "random",
    "papers.Intake.problem": "words of ours",
    "papers.SavedFilter.query": "the canonical query of an address, whose words are cleaned when it is read",
    "papers.Submission.arxiv_id": "an id that was read",
    "papers.Submission.key": "random",
    "papers.Submission.problem": "words of ours",
    "papers.TopicFollow.folded": "to make it from the name",
    "papers.Word.word": "a word of the search index",
    "papers.TopicEntry.name": "a topic of papers, which imports and forms clean",
}


def subclasses(kind: type) -> list[type]:
    return [kind, *(lower for direct in kind.__subclasses__() for lower in subclasses(direct))]


def form_classes() -> list[type[forms.BaseForm]]:
    """Those of the admin have a test of their own, since models check a part of what they take."""
    ours = [form for form in subclasses(forms.BaseForm) if form.__module__.split(".")[0] in PACKAGES]
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


def test_every_column_of_one_line_is_clean_or_has_a_reason():
    columns = {
        str(column): getattr(column, "base_field", column)
        for model in apps.get_models()
        if model._meta.app_label in PACKAGES
        for column in model._meta.concrete_fields
    }
    typed = {
        name
        for name, column in columns.items()
        if isinstance(column, models.CharField)
        and not isinstance(column, (LineField, MailField, models.SlugField))
        and not column.choices
    }
    assert typed == set(OTHER_LINES)


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
    assert "Enter letters or digits" in answer.content.decode()
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


def test_links_of_the_admin():
    with pytest.raises(ValidationError, match="labels and addresses"):
        profile_links.validate([{"label": HOSTILE, "url": "https://example.org"}])


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


def test_what_another_site_tells_of_a_person(alice):
    extra_data = {"login": HOSTILE, "emails": [{"label": f"{HOSTILE}\0"}]}
    account = SocialAccount.objects.create(user=alice, provider="github", uid="7", extra_data=extra_data)
    account.refresh_from_db()
    assert account.extra_data == {"login": CLEAN, "emails": [{"label": CLEAN}]}


def test_an_invited_address(alice, lab, signed_in):
    signed_in(alice).act("/orgs/lab/invite", {"invited": "dora@example.org\u200b\u202e", "role": "member"})
    assert Invitation.objects.get().email == "dora@example.org"
