"""Founding: who may, how often, and which names could be taken for others."""

from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from lib.conflicts import digests
from lib.lookalikes import skeleton
from orgs.models import FormerSlug, Organisation
from orgs.names import plain
from tests.factories import OrganisationFactory, UserFactory
from tests.orgs.conftest import confirm, unconfirm
from tests.race import race


def found(reader, name="Harbour Institute", slug=""):
    return reader.act("/orgs/new", {"name": name, "slug": slug})


def test_who_founds_owns(carol, signed_in, log):
    confirm(carol)
    reader = signed_in(carol)
    assert [found(reader).url for _ in range(2)] == ["/orgs/harbour-institute"] * 2
    organisation = Organisation.objects.get()
    assert (organisation.name, organisation.role_of(carol), organisation.verified) == (
        "Harbour Institute",
        "owner",
        False,
    )
    assert log(organisation) == ["Carol Cedar created this organisation"]


def test_an_address_must_be_confirmed(carol, signed_in):
    unconfirm(carol)
    answer = found(signed_in(carol))
    assert answer.status_code == 403
    assert "Confirm an email address first" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_three_a_day(carol, signed_in):
    confirm(carol)
    reader = signed_in(carol)
    for name in ("Harbour", "Tide", "Lighthouse"):
        assert found(reader, name).status_code == 302
    answer = found(reader, "Pier")
    assert answer.status_code == 400
    assert "3 organisations a day" in answer.content.decode()
    assert 'value="Pier"' in answer.content.decode()
    assert Organisation.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "slug", "words"),
    [
        ("", "harbour", "This field is required"),
        ("Harbour", "Harbour!", "lowercase letters a to z"),
        ("Harbour", "-harbour", "lowercase letters a to z"),
        ("Harbour", "har--bour", "lowercase letters a to z"),
        ("x" * 121, "x", "at most 120 characters"),
        ("—!—", "", "No address can be made from this name"),
        ("Hаrbour", "harbour", "mixes letters of several scripts"),  # a Cyrillic а
        ("Renew at http://evil.example", "renew", "contain a web address"),
        ("\u200b", "harbour", "Enter letters or digits"),
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
        ("ⲤⲞⲤⲞ", "harbour", "looks too much like “coco”"),  # all of it Coptic
        ("Harbour", "new", "is reserved"),
        ("Harbour", "rnoderation", "is reserved"),
        ("Broadsheet", "harbour", "is reserved"),
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


@pytest.mark.parametrize(
    ("name", "other"),
    [("Deep Mind", "DeepMínd"), ("Łódź AI", "Lodz-Al"), ("Modern Vision", "Modem Vision"), ("ﷺ" * 119, "ﷺ" * 120)],
)
def test_two_names_that_look_alike_are_not_founded(carol, name, other):
    confirm(carol)
    Organisation.objects.found(carol, name, "first")
    with pytest.raises(ValidationError, match="looks too much like “first”"):
        Organisation.objects.found(carol, other, "second")


def test_the_skeleton_of_a_name_follows_the_name(lab, alice):
    def kept():
        return Organisation.objects.get(pk=lab.pk).name_skeleton

    assert kept() == skeleton("The Lab")
    lab.save_draft(alice, {"name": "Harbour 10"}, digests(lab.state()))
    assert kept() == skeleton("The Lab")
    lab.publish(alice, lab.revision)
    assert kept() == skeleton("Harbour 10")
    lab.undo(alice, lab.edition)
    assert kept() == skeleton("The Lab")
    assert Organisation.objects.ensure({"pier": "P1er"})["pier"].name_skeleton == skeleton("P1er")


@pytest.mark.parametrize("organisations", [1, 300])
def test_looking_for_names_that_look_alike_reads_indexes_in_two_statements(db, organisations):
    Organisation.objects.bulk_create(OrganisationFactory.build_batch(organisations))
    with CaptureQueriesContext(connection) as statements:
        Organisation.objects.refuse_imitation("name", "Harbour")
    assert len(statements) == 2, [s["sql"] for s in statements]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statements[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "organisation_name_skeleton" in plan
    assert "Seq Scan" not in plan
    with pytest.raises(ValidationError, match="looks too much like"):
        Organisation.objects.refuse_imitation("name", Organisation.objects.first().name)


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
