"""Code links that no source names: found in the abstract, and replaced by whatever knows better."""

import pytest

from papers.ingest.links import in_abstract
from papers.ingest.record import PaperRecord
from papers.ingest.save import ImportCounts, save
from papers.models import CodeState, LinkSource, Paper
from tests.factories import NOON, appoint

FOUND, NAMED = "https://github.com/lab/found", "https://github.com/lab/named"


def imported(**fields) -> ImportCounts:
    record = {"arxiv_id": "2509.08721", "title": "Sharing", "published_at": NOON, "listed_at": NOON}
    return save([PaperRecord.from_source(**record | fields)])


def link() -> tuple:
    return Paper.objects.values_list("code_url", "code_source").get()


@pytest.mark.parametrize(
    ("abstract", "url"),
    [
        (f"We train. Code is available at {FOUND}.", FOUND),
        (f"We train. The source code: \\url{{{FOUND}.git}}", FOUND),
        ("Our implementation (github.com/Lab/my\\_code-1.0) is public.", "https://github.com/Lab/my_code-1.0"),
        ("Software at https://gitlab.com/lab/tool/-/tree/main", "https://gitlab.com/lab/tool"),
        (f"Code: {FOUND}, and again {FOUND}/tree/main", FOUND),
        (f"Code: {FOUND} and {NAMED}.", ""),
        (f"We study all issues of {FOUND}.", ""),
        (f"Code is law. {'We say nothing. ' * 20} See {FOUND}", ""),
        ("Code is available at https://github.com/lab.", ""),
        ("Code is available at https://github.com.evil.example/lab/found.", ""),
        ("Code is available at https://notgithub.com/lab/found.", ""),
        ("Code is available at https://evil.example/github.com/lab/found.", ""),
        ("Code will be released.", ""),
        ("", ""),
    ],
)
def test_the_repository_that_an_abstract_names(abstract, url):
    assert in_abstract(abstract) == url


def test_it_is_marked_as_found_and_an_import_that_names_one_replaces_it(db):
    abstract = f"Code is available at {FOUND}."
    imported(abstract=abstract)
    assert link() == (FOUND, "automatic")
    assert imported(abstract=abstract) == ImportCounts(unchanged=1)
    imported(abstract=abstract, version=2, title="Sharing, again")
    Paper.objects.update(code_state=CodeState.DEAD)
    imported(abstract=f"Code is available at {FOUND}2.", version=3)
    assert link() == (f"{FOUND}2", "automatic")
    assert Paper.objects.get().code_state == CodeState.UNKNOWN
    imported(code_url=NAMED, version=3)
    assert link() == (NAMED, "import")
    assert imported(abstract=f"Code is available at {FOUND}2.", version=3) == ImportCounts(unchanged=1)


def test_an_import_that_names_the_same_stands_for_it(db):
    imported(abstract=f"Code is available at {FOUND}.")
    Paper.objects.update(code_state=CodeState.LIVING)
    imported(code_url=FOUND)
    assert link() == (FOUND, "import")
    assert Paper.objects.get().code_state == CodeState.LIVING


def test_a_link_that_was_removed_is_not_found_again(db, alice):
    imported(abstract=f"Code is available at {FOUND}.")
    Paper.objects.relink(appoint(alice), Paper.objects.get(), code_url="", source=LinkSource.MODERATOR)
    imported(abstract=f"Code is available at {FOUND}.", version=2)
    assert link() == ("", "moderator")
