"""Founding: who may, how often, and which names could be taken for others."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lib.lookalikes import skeleton
from orgs.models import FormerSlug, Organisation
from orgs.names import plain
from tests.factories import OrganisationFactory, UserFactory
from tests.orgs.conftest import confirm
from tests.race import race


def found(reader, name="Harbour Institute", slug=""):
    return reader.act("/orgs/new", {"name": name, "slug": slug})


def test_who_founds_owns(carol, signed_in, told):
    confirm(carol)
    reader = signed_in(carol)
    assert [found(reader).url for _ in range(2)] == ["/orgs/harbour-institute"] * 2
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.role_of(carol), organisation.verified) == (
        "Harbour Institute",
        "owner",
        False,
    )
    assert told(organisation) == ["Carol Cedar founded this organisation"]


def test_an_address_must_be_confirmed(carol, signed_in):
    carol.emailaddress_set.create(email=carol.email, verified=False)
    answer = found(signed_in(carol))
    assert answer.status_code == 403
    assert "Confirm a mail address first" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_three_a_day(carol, signed_in):
    confirm(carol)
    reader = signed_in(carol)
    for name in ("Harbour", "Tide", "Lighthouse"):
        assert found(reader, name).status_code == 302
    answer = found(reader, "Pier")
    assert answer.status_code == 400
    assert "3 organisations today" in answer.content.decode()
    assert 'value="Pier"' in answer.content.decode()
    assert Organisation.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "slug", "words"),
    [
        ("", "harbour", "This field is required"),
        ("Harbour", "Harbour!", "small letters a to z"),
        ("Harbour", "-harbour", "small letters a to z"),
        ("Harbour", "har--bour", "small letters a to z"),
        ("x" * 121, "x", "at most 120 characters"),
        ("北京", "", "No address can be made from this name"),
        ("Hаrbour", "harbour", "mixes letters of several scripts"),  # a Cyrillic а
        ("Renew at http://evil.example", "renew", "hold an address of the web"),
        ("\u200b", "harbour", "cannot be seen"),
        ("Harbour", "deepmind", "looks too much like “deepmind”"),
        ("Harbour", "deep-mind", "looks too much like “deepmind”"),
        ("Harbour", "deeprnind", "looks too much like “deepmind”"),
        ("Harbour", "deepm1nd", "looks too much like “deepmind”"),
        ("Harbour", "0pen-vvater", "looks too much like “Open_Water”"),
        ("DeepMind", "harbour", "looks too much like “deepmind”"),
        ("DEEPMÌND", "harbour", "looks too much like “deepmind”"),
        ("ＤｅｅｐＭｉｎｄ", "harbour", "looks too much like “deepmind”"),
        ("Harbour", "old-pier", "looks too much like “oldpier”"),
        ("сосо", "harbour", "looks too much like “coco”"),  # all of it Cyrillic
        ("Harbour", "new", "keeps for itself"),
        ("Harbour", "rnoderation", "keeps for itself"),
        ("Broadsheet", "harbour", "keeps for itself"),
    ],
)
def test_what_cannot_be_had_is_explained_and_kept(carol, signed_in, name, slug, words):
    for taken in ("deepmind", "Open_Water", "coco"):
        OrganisationFactory(slug=taken)
    FormerSlug.objects.create(slug="oldpier", organisation=Organisation.objects.get(slug="coco"))
    confirm(carol)
    answer = found(signed_in(carol), name, slug)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert f'value="{name}"' in page or not name
    assert Organisation.objects.count() == 3


@pytest.mark.parametrize(
    "name",
    ["Ai2", "Universität Zürich", "Яндекс", "東京大学", "ソニーAI研究所", "Δ Lab", "Hawaiʻi", "Łódź AI (x) · 4.0"],
)
def test_honest_names_are_plain(name):
    assert plain(name) is None


def test_an_edit_cannot_make_a_name_that_imitates(lab, alice, signed_in):
    answer = signed_in(alice).act("/orgs/lab/edit", {"name": "Gооgle"})
    assert answer.status_code == 400
    assert "mixes letters of several scripts" in answer.content.decode()


class Skeletons(TestCase):
    @given(st.text("aAbB01iIlLoOrRnNmMvVwW-_", min_size=1, max_size=12))
    def test_the_database_computes_the_same_skeleton(self, slug):
        organisation = Organisation.objects.create(slug=slug, name="Any")
        organisation.refresh_from_db()
        assert organisation.skeleton == skeleton(slug)


@pytest.mark.django_db(transaction=True)
def test_two_who_look_alike_are_founded_at_once():
    slugs = ["harbour", "harb0ur", "har-bour", "harbour-"]
    founders = [confirm(UserFactory()) for _ in slugs]
    outcome = race(
        *(
            partial(Organisation.objects.found, who, f"Name {n}", slug)
            for n, (who, slug) in enumerate(zip(founders, slugs, strict=True))
        )
    )
    assert Organisation.objects.count() == 1
    assert sum(isinstance(end, ValidationError) for end in outcome) == 3


@pytest.mark.django_db(transaction=True)
def test_an_import_and_a_founder_meet():
    founder = confirm(UserFactory())
    outcome = race(
        partial(Organisation.objects.found, founder, "Harbour", "harbour"),
        partial(Organisation.objects.ensure, {"harbour": "Harbour"}),
    )
    assert Organisation.objects.count() == 1
    assert not any(isinstance(end, Exception) and not isinstance(end, ValidationError) for end in outcome)
