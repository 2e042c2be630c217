"""`Summary`, a paper as plain data, from which feeds, letters, frames, files and similar papers are written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.urls import reverse

from lib.tex import plain, plain_paragraphs
from lib.text import byline, one_line
from orgs.models import Organisation
from papers import identifiers, names
from papers.models import Affiliation, Author, CodeState, LinkSource, Paper, Reproduction

WITHDRAWN = "This paper was withdrawn."


@dataclass(frozen=True)
class Summary:
    """A paper as plain data.

    * `title`, `abstract`: as arXiv has them, with TeX.
    * `authors`: the names of all authors or of the first ones; `author_count` is the number of all.
    * `author_details`: what the source says about each of them besides the name.
    * `organisation`: the name of the one that cards show, or ""; `organisations`: the names of all accepted ones.
    * `badge`: the organisation that cards show, with the columns that a badge has.
    * `code_stars`: of its repository, where that was counted; `comment_count`: those of its source included.
    * `submitter_id`: of who submitted it, whom the viewer may not be meant to know (`papers.paper.credit`).
    * `code_licence`: the SPDX id of the licence of its repository, or "".
    * `note`: the paper's note in a collection, or "".
    """

    pk: int
    arxiv_id: str
    version: int
    title: str
    abstract: str
    authors: tuple[str, ...]
    author_details: tuple[names.Details, ...]
    author_count: int
    organisation: str
    organisations: tuple[str, ...]
    badge: Organisation | None
    categories: tuple[str, ...]
    keywords: tuple[str, ...]
    vote_count: int
    comment_count: int
    imported_votes: int
    imported_comments: int
    reproduction: Reproduction
    code_url: str
    code_state: CodeState
    code_licence: str
    code_stars: int | None
    code_source: LinkSource
    project_url: str
    media_urls: tuple[str, ...]
    published_at: datetime
    listed_at: datetime
    is_listed: bool
    changed_at: datetime
    withdrawn_at: datetime | None
    submitter_id: int | None
    note: str

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None

    @cached_property
    def plain_title(self) -> str:
        """The title in one line without TeX; the arXiv id if that is empty."""
        return plain(self.title) or self.arxiv_id

    @cached_property
    def plain_abstract(self) -> str:
        """The abstract in one line without TeX."""
        return plain(self.abstract)

    @property
    def abstract_paragraphs(self) -> list[str]:
        """The paragraphs of the abstract without TeX."""
        return plain_paragraphs(self.abstract)

    @cached_property
    def author_names(self) -> tuple[names.Name, ...]:
        """The names of the authors, divided into their parts."""
        return tuple(map(names.read, self.authors, self.author_details))

    @property
    def topics(self) -> tuple[str, ...]:
        return self.categories + self.keywords

    @property
    def path(self) -> str:
        """The path of the paper's page here."""
        return reverse("papers:paper", args=[self.arxiv_id])

    @property
    def url(self) -> str:
        return settings.BASE_URL + self.path

    @property
    def doi(self) -> str:
        return identifiers.doi(self.arxiv_id)

    @property
    def arxiv_url(self) -> str:
        return identifiers.arxiv_url(self.arxiv_id)

    @property
    def remarks(self) -> str:
        """That the paper was withdrawn, if it was, and its note, for formats that have one field for both."""
        return " ".join(filter(None, [WITHDRAWN if self.is_withdrawn else "", self.note]))

    @property
    def links(self) -> dict[str, str]:
        """The paper's addresses on other sites, by their labels."""
        arxiv = {"arXiv": self.arxiv_url, "PDF": identifiers.pdf_url(self.arxiv_id)}
        own = {self.code_state.name_of_link: self.code_url, "Project": self.project_url}
        return arxiv | {name: url for name, url in own.items() if url}

    def byline(self, names: int) -> str:
        """The names of the first authors, at most `names` of them, and how many more there are."""
        return byline([one_line(name) for name in self.authors[:names]], self.author_count)


def summarise(paper: Paper, authors: Sequence[Author], organisations: Sequence[str] = ()) -> Summary:
    """The summary of a paper with these authors and names of organisations."""
    return Summary(
        pk=paper.pk,
        arxiv_id=paper.arxiv_id,
        version=paper.version,
        title=paper.title,
        abstract=paper.abstract,
        authors=tuple(author.name for author in authors),
        author_details=tuple(author.details for author in authors),
        author_count=paper.author_count,
        organisation=one_line(paper.organisation.name) if paper.organisation else "",
        organisations=tuple(organisations),
        badge=paper.organisation,
        categories=tuple(paper.categories),
        keywords=tuple(paper.keywords),
        vote_count=paper.vote_count,
        comment_count=paper.comment_count,
        imported_votes=paper.imported_votes,
        imported_comments=paper.imported_comments,
        reproduction=paper.reproduction,
        code_url=paper.code_url,
        code_state=CodeState(paper.code_state),
        code_licence=paper.code_licence,
        code_stars=paper.code_stars,
        code_source=LinkSource(paper.code_source),
        project_url=paper.project_url,
        media_urls=tuple(paper.media_urls),
        published_at=paper.published_at,
        listed_at=paper.listed_at,
        is_listed=paper.is_listed,
        changed_at=paper.changed_at,
        withdrawn_at=paper.withdrawn_at,
        submitter_id=paper.submitted_by_id,
        note=paper.note,
    )


def summaries(pks: Collection[int], limit: int | None = None) -> dict[int, Summary]:
    """The summaries of these papers by their keys, in this order, with at most `limit` authors, or all if it is None.

    Two statements. Papers that do not exist are left out.
    """
    accepted = Affiliation.objects.accepted().filter(paper=OuterRef("pk")).values("organisation__name")
    papers = Paper.objects.select_related("organisation").annotate(accepted=ArraySubquery(accepted)).in_bulk(pks)
    authors = Author.objects.first_of(papers, limit) if limit != 0 else dict.fromkeys(papers, ())
    return {pk: summarise(papers[pk], authors[pk], papers[pk].accepted) for pk in pks if pk in papers}
