"""A page under another name: it imitates nobody, and what was said of the old name is not said of the new one."""

from html import unescape

import pytest

from lib.conflicts import digests
from orgs.models import Organisation
from tests.factories import OrganisationFactory


@pytest.mark.parametrize(("name", "says"), [("DeepMlnd", "looks too much like “gdm”"), ("Moderators", "is reserved")])
def test_a_name_that_could_be_taken_for_anothers_is_refused(lab, alice, signed_in, name, says):
    OrganisationFactory(slug="gdm", name="DeepMind")
    reader = signed_in(alice)
    base = reader.get("/orgs/lab/edit").context["base"]
    answer = reader.act("/orgs/lab/edit", {"name": name, "accent": "#9a1b1e", "base": base})
    assert (answer.status_code, says in unescape(answer.content.decode())) == (400, True)
    assert Organisation.objects.get(slug="lab").draft is None


def test_a_new_name_is_not_verified(lab, alice):
    Organisation.objects.filter(pk=lab.pk).update(verified=True)
    for values, is_verified in (({"description": "New"}, True), ({"name": "Harbour"}, False)):
        lab.refresh_from_db()
        lab.save_draft(alice, values, digests(lab.state()))
        lab.refresh_from_db()
        lab.publish(alice, lab.revision)
        lab.refresh_from_db()
        assert lab.verified is is_verified


def test_a_draft_holds_what_was_changed_and_nothing_else(lab, alice):
    lab.save_draft(alice, {"description": "New", "name": lab.name}, digests(lab.state()))
    Organisation.objects.filter(pk=lab.pk).update(name="Corrected by a moderator")
    lab.refresh_from_db()
    assert lab.draft == {"description": "New"}
    lab.publish(alice, lab.revision)
    lab.refresh_from_db()
    assert (lab.name, lab.description) == ("Corrected by a moderator", "New")


def test_saving_what_is_there_makes_no_draft(lab, alice):
    lab.save_draft(alice, lab.state(), digests(lab.state()))
    lab.refresh_from_db()
    assert (lab.draft, lab.revision, lab.events.count()) == (None, 0, 0)
