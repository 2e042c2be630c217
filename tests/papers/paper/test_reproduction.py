"""Reports of reproduction in words, and on the card and the page of their paper."""

import re

import pytest

from papers.models import Comment, Content, Reproduction
from tests.factories import UserFactory


def report(paper, outcome, author=None):
    return Comment.objects.post(author or UserFactory(), paper, Content("I ran it.", outcome))


def badges(reader, path) -> list[tuple[str, str]]:
    """The address and the words of each badge on this page."""
    links = re.findall(
        r'<a class="reproduction" href="([^"]*)">(.*?)</a>', reader.get(path).content.decode(), re.DOTALL
    )
    return [(address, " ".join(re.sub("<[^>]*>", "", words).split())) for address, words in links]


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((0, 0, 0), ""),
        ((1_234, 0, 0), "Reproduced by 1,234"),
        ((3, 0, 1), "Reproduced by 3, failed for 1"),
        ((3, 2, 1), "Reproduced by 3, partly by 2, failed for 1"),
        ((0, 2, 1), "Partly reproduced by 2, failed for 1"),
        ((0, 0, 1), "Reproduction failed for 1"),
    ],
)
def test_reports_are_counted_in_words(counts, words):
    reproduction = Reproduction(*counts)
    assert str(reproduction) == words
    assert bool(reproduction) is any(counts)


@pytest.mark.parametrize("path", ["/papers", "/papers/2509.08721"])
def test_card_and_page_say_how_many_could_reproduce_the_paper(paper, alice, stranger, path):
    comments = "/papers/2509.08721#comments"
    assert badges(stranger, path) == []
    report(paper, "works")
    own = report(paper, "works", alice)
    assert badges(stranger, path) == [(comments, "Reproduced by 2")]
    report(paper, "fails", alice)  # which takes the place of the other one
    assert badges(stranger, path) == [(comments, "Reproduced by 1, failed for 1")]
    own.retract(alice)
    assert badges(stranger, path) == [(comments, "Reproduced by 1")]
