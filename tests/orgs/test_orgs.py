"""Organisation pages: what everybody sees, who may edit, what an edit may hold."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from orgs.models import Membership, Organisation
from orgs.roles import EDIT, MAY, Role
from tests.factories import OrganisationFactory, PaperFactory


@pytest.fixture
def admin(lab, carol):
    Membership.objects.create(organisation=lab, user=carol, role=Role.ADMIN)
    return carol


def edit(reader, **typed):
    """Save this as the draft, from a form that was opened just now, and publish it."""
    page = reader.get("/orgs/lab/edit")
    answer = reader.act("/orgs/lab/edit", typed | {"base": page.context.get("base", "")})
    if answer.status_code == 302:
        reader.act("/orgs/lab/publish", {"revision": Organisation.objects.get(slug="lab").revision})
    return answer


def test_the_public_page(lab, stranger):
    lab.description, lab.website, lab.verified = "**Bold** <script>", "https://www.example.org/", True
    lab.save()
    PaperFactory(title="Ours", organisation=lab)
    PaperFactory(title="Theirs")
    page = stranger.get("/orgs/lab").content.decode()
    assert "<strong>Bold</strong> &lt;script&gt;" in page
    assert ">example.org</a>" in page
    assert 'aria-label="verified"' in page
    assert page.index("Alice Ash") < page.index("Bob Birch")
    assert "Ours" in page
    assert "Theirs" not in page
    assert "/orgs/lab/edit" not in page


@pytest.mark.parametrize(
    ("name", "initials"), [("The Lab", "TL"), ("NVIDIA", "N"), ("CMU-LTI", "CL"), ("(x)", "ORG"[:1]), ("Ünï Øst", "ÜØ")]
)
def test_initials_stand_for_a_logo(name, initials):
    assert Organisation(slug="org", name=name).initials == initials


@pytest.mark.parametrize("role", Role)
def test_the_table_of_roles_decides_who_edits(lab, carol, signed_in, role):
    Membership.objects.create(organisation=lab, user=carol, role=role)
    may = EDIT in MAY[role]
    reader = signed_in(carol)
    assert reader.get("/orgs/lab/edit").status_code == (200 if may else 403)
    assert ('href="/orgs/lab/edit"' in reader.get("/orgs/lab").content.decode()) is may
    edit(reader, name="Renamed")
    lab.refresh_from_db()
    assert (lab.name == "Renamed") is may


def test_strangers_and_other_organisations_owners_may_not(lab, carol, signed_in, stranger):
    theirs = OrganisationFactory(slug="theirs")
    Membership.objects.create(organisation=theirs, user=carol, role=Role.OWNER)
    answer = signed_in(carol).act("/orgs/lab/edit", {"name": "Stolen"})
    assert answer.status_code == 403
    assert "Only owners and admins" in answer.content.decode()
    assert stranger.get("/orgs/lab/edit").url == "/accounts/login/?next=/orgs/lab/edit"
    assert Organisation.objects.filter(name="Stolen").count() == 0


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "x", "website": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"name": "x", "description": "d" * 4001}, "at most 4000 characters"),
        ({"name": "x", "links": "Ours javascript:alert(1)"}, "begins with http"),
        ({"name": "x", "accent": "red;}"}, "Enter a value such as #2f5d8a"),
        ({"name": "x", "announcement": "a" * 201}, "at most 200 characters"),
        ({"name": "x", "announced_until": "soon"}, "Enter a valid date"),
        ({"name": "x", "logo": SimpleUploadedFile("x.svg", b"<svg/>", "image/svg+xml")}, "picture"),
    ],
)
def test_bad_edits_are_explained_and_nothing_is_lost(lab, admin, signed_in, data, words):
    answer = signed_in(admin).act("/orgs/lab/edit", {"description": "typed with care"} | data)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert data.get("description", "typed with care") in page
    lab.refresh_from_db()
    assert lab.name == "The Lab"


def test_a_new_name_reaches_the_cards(lab, admin, signed_in, stranger):
    PaperFactory(organisation=lab)
    stranger.get("/papers")
    edit(signed_in(admin), name="Renamed Lab")
    assert "Renamed Lab" in stranger.get("/papers").content.decode()


def test_media_serves_logos_and_nothing_else(db, stranger, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "secret_key").write_text("secret")
    for path in ("/media/secret_key", "/media/logos/../secret_key", "/media/logos/"):
        assert "secret" not in stranger.get(path).content.decode()
