"""Addresses of models, datasets and demos at the Hub."""

import pytest

from papers import hub_addresses


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://huggingface.co/lab/engine", ("model", "lab/engine")),
        ("https://hf.co/lab/engine/", ("model", "lab/engine")),
        ("https://www.huggingface.co/lab/engine/tree/main?not-for-all-audiences=true", ("model", "lab/engine")),
        ("https://huggingface.co/datasets/lab/gears", ("dataset", "lab/gears")),
        ("https://huggingface.co/datasets/lab/gears/viewer", ("dataset", "lab/gears")),
        ("https://huggingface.co/datasets/squad", ("dataset", "squad")),
        ("https://huggingface.co/spaces/lab/engine.live", ("demo", "lab/engine.live")),
        ("https://huggingface.co/lab", None),
        ("https://huggingface.co/papers/2509.08721", None),
        ("https://huggingface.co/collections/lab/autumn", None),
        ("https://huggingface.co/lab/engine/anything", None),
        ("https://huggingface.co/lab/eng%20ine", None),
        ("https://example.org/lab/engine", None),
        ("https://huggingface.co.example.org/lab/engine", None),
        ("https://example.org/?huggingface.co/lab/engine", None),
    ],
)
def test_an_address_says_the_kind_and_the_name(address, found):
    assert hub_addresses.parse(address) == found


@pytest.mark.parametrize("kind", hub_addresses.FOLDERS)
def test_a_name_has_one_address(kind):
    assert hub_addresses.parse(hub_addresses.url(kind, "lab/engine")) == (kind, "lab/engine")


@pytest.mark.parametrize("name", ["", "a/b/c", "a b", "../x/y", "lab/", "é/x", "x" * 97])
def test_what_is_no_name_has_no_address(name):
    with pytest.raises(ValueError, match="not a name at the Hub"):
        hub_addresses.url("model", name)
