"""A profile that moderators hide while a form with it is open."""

import pytest
from django.contrib.admin import site

from accounts.forms import ProfileForm
from accounts.models import User
from lib.refusals import NotAllowed
from tests.factories import UserFactory, appoint


@pytest.fixture
def mo(db):
    return appoint(UserFactory(name="Mo Moss"), is_staff=True, is_superuser=True)


@pytest.fixture
def bea(db):
    return UserFactory(username="bea", name="Bea Beech", about="About Bea")


def form(person, **values) -> ProfileForm:
    """The form of somebody who has just sent it."""
    sent = ProfileForm({"name": person.name, "about": person.about, "links": ""} | values, instance=person)
    assert sent.is_valid(), sent.errors
    return sent


def stored(person) -> tuple:
    return User.objects.values_list("name", "about", "held_profile__about").get(pk=person.pk)


def test_a_new_name_is_saved_and_the_hidden_text_stays_hidden(bea, mo):
    sent = form(User.objects.get(pk=bea.pk), name="Bea Birch")
    bea.hide_profile(mo, "Advertising.")
    sent.save()
    assert stored(bea) == ("Bea Birch", "", "About Bea")


def test_a_new_text_is_refused_in_words(bea, mo):
    sent = form(User.objects.get(pk=bea.pk), about="Other")
    bea.hide_profile(mo, "Advertising.")
    with pytest.raises(NotAllowed, match="hidden your profile: Advertising"):
        sent.save()
    assert stored(bea) == ("Bea Beech", "", "About Bea")


def admin_data(person, **values) -> dict:
    joined = person.date_joined
    data = {"username": person.username, "name": person.name, "email": person.email, "about": ""}
    dates = {"date_joined_0": f"{joined:%Y-%m-%d}", "date_joined_1": f"{joined:%H:%M:%S}"}
    return data | dates | {"links": "[]", "initial-links": "[]", "is_active": "on"} | values


def test_the_admin_does_not_fill_in_what_is_hidden(bea, mo, signed_in):
    reader, path = signed_in(mo), f"/admin/accounts/user/{bea.pk}/change/"
    bea.hide_profile(mo, "Advertising.")
    answer = reader.act(path, admin_data(bea, about="Again"))
    assert "Moderators have hidden this profile" in answer.content.decode()
    assert stored(bea) == ("Bea Beech", "", "About Bea")
    assert reader.act(path, admin_data(bea, name="Bea Birch")).status_code == 302
    assert stored(bea) == ("Bea Birch", "", "About Bea")


def test_the_admin_writes_what_was_changed_alone(bea, mo, rf):
    page, request, stale = site.get_model_admin(User), rf.get("/"), User.objects.get(pk=bea.pk)
    request.user = mo
    sent = page.get_form(request, stale, change=True)(
        admin_data(bea, name="Bea Birch", about=bea.about), instance=stale
    )
    assert sent.is_valid(), sent.errors
    bea.hide_profile(mo, "Advertising.")
    page.save_model(request, sent.save(commit=False), sent, True)
    assert stored(bea) == ("Bea Birch", "", "About Bea")


def test_the_picture_of_a_hidden_profile_is_at_no_address_that_anybody_has(
    bea, mo, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "portraits").mkdir()
    for name in ("bea.webp", "bea-small.webp"):
        (tmp_path / "portraits" / name).write_text(name)
    bea.portrait = "portraits/bea.webp"
    bea.save()
    with django_capture_on_commit_callbacks(execute=True):
        bea.hide_profile(mo, "Advertising.")
    files = {path.name: path.read_text() for path in tmp_path.rglob("*.webp")}
    assert sorted(files.values()) == ["bea-small.webp", "bea.webp"]
    assert files.keys().isdisjoint(files.values())
    bea.show_profile(mo)
    bea.refresh_from_db()
    assert files[bea.portrait.name.removeprefix("portraits/")] == "bea.webp"
