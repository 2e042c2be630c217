"""What an import cuts a text to is what fits into the table, and there is one address of the Hub."""

import pytest

from papers import hub_addresses, sites
from papers.ingest.cleaning import cleaned
from papers.models import AiText, Artefact, Origin

LONG = "x" * 5_000


def _field(model, name):
    return model._meta.get_field(name)


@pytest.mark.parametrize(
    ("name", "value", "length", "field"),
    [
        ("ai_summary", "x" * 5_000, len, AiText._meta.get_field("summary")),
        (
            "submitter",
            ("ada", "Ada", "x" * 5_000),
            lambda found: len(found[2]),
            Origin._meta.get_field("submitter_avatar"),
        ),
    ],
)
def test_a_text_that_is_too_long_is_cut_to_what_fits(name, value, length, field):
    values, _ = cleaned({name: value}, required=())
    assert length(values[name]) == field.max_length


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("ai_model", str, _field(AiText, "model")),
        ("models", lambda text: [(text, "https://example.org", None, None)], _field(Artefact, "name")),
        (
            "models",
            lambda text: [("x", f"https://example.org/{text[20:]}", None, None)],
            _field(Artefact, "url"),
        ),
    ],
)
def test_what_cannot_be_cut_may_be_as_long_as_fits(name, value, field):
    for more, is_taken in ((0, True), (1, False)):
        values, _ = cleaned({name: value("x" * (field.max_length + more))}, required=())
        assert bool(values.get(name)) is is_taken


def test_artefacts_are_at_the_hub_whose_votes_are_counted():
    assert hub_addresses.url("model", "lab/engine") == f"{sites.HUB}/lab/engine"
