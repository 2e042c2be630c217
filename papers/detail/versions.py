"""What changed from each version of a paper to the next, as far as the site has had them, and by its authors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import pairwise

from django.utils.safestring import SafeString

from lib.tex import plain, plain_paragraphs
from lib.word_diff import Stretch, as_html, has_changes, of_names, of_words
from papers.models import AuthorClaim, Correction, Paper, PaperVersion
from papers.models.authorclaimqueryset import ClaimState

MAX_CHANGES = 10  # that the page shows, which bounds the time that comparing hostile texts can take
MAX_CORRECTIONS = 20


@dataclass(frozen=True)
class Text:
    """The text of a version, with TeX."""

    version: int
    title: str
    abstract: str
    authors: Sequence[str]


@dataclass(frozen=True)
class VersionChange:
    """A version that the site has had, and the one that replaced it at `noticed_at`."""

    old: Text
    new: Text
    noticed_at: datetime

    @property
    def sections(self) -> dict[str, SafeString]:
        """The HTML of what changed in title, abstract and authors, by these names. Texts are without TeX."""
        return {name: as_html(stretches) for name, stretches in self.stretches.items()}

    @cached_property
    def stretches(self) -> dict[str, list[Stretch]]:
        """What changed in title, abstract and authors, by these names, without TeX."""
        old, new = self.old, self.new
        found = {
            "Title": of_words(plain(old.title), plain(new.title)),
            "Abstract": of_words(_plain(old.abstract), _plain(new.abstract)),
            "Authors": of_names(old.authors, new.authors),
        }
        return {name: stretches for name, stretches in found.items() if has_changes(stretches)}


def _plain(abstract: str) -> str:
    return "\n\n".join(plain_paragraphs(abstract))


def corrections(paper: Paper) -> list[Correction]:
    """The latest MAX_CORRECTIONS corrections by authors, the last one first.

    Those of people whose claims proved false are left out: they were undone.
    """
    withdrawn = AuthorClaim.objects.filter(paper=paper, state=ClaimState.WITHDRAWN)
    return list(paper.corrections.latest_first().exclude(actor__in=withdrawn.values("user"))[:MAX_CORRECTIONS])


def changes(paper: Paper) -> list[VersionChange]:
    """The latest MAX_CHANGES changes of the paper, the last one first. Two statements."""
    former = [*PaperVersion.objects.filter(paper=paper).order_by("-version")[:MAX_CHANGES]]
    authors = [*paper.authors.values_list("name", flat=True)]
    texts = [Text(paper.version, paper.title, paper.abstract, authors)]
    texts += [Text(row.version, row.title, row.abstract, row.authors) for row in former]
    return [VersionChange(old, new, row.replaced_at) for (new, old), row in zip(pairwise(texts), former, strict=True)]
