"""Papers and comments as a source describes them."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from papers.ingest.cleaning import FIELDS, Listed, cleaned
from papers.names import Details
from papers.sites import HUB, Counts

_DATETIMES = {"published_at", "listed_at", "withdrawn_at", "ai_made_at"}


@dataclass(frozen=True, slots=True)
class PaperRecord:
    """A paper as one source describes it, made by `from_source`.

    A field that the source does not have is None, and its stored value is kept. `organisation` is (slug, name), and
    `organisation_id` is its id at the `site` that the record is from. `votes` and `comments` are the Hub's own numbers,
    and `site_counts` those of other sites.
    `author_details` are of `authors`, one by one. Datetimes are aware and in UTC. `is_listed` is False for a paper that
    is to be on no day's list yet. `notes` say what was left out or cut. `withdrawn` is what the source states,
    `withdrawn_at` since when, and `seems_withdrawn` what its prose says. `ai_summary` and `ai_keywords` are what the
    language model `ai_model` wrote about `ai_version` of the paper. `submitter` is (username, name, avatar) of who
    submitted the paper at the source, and `code_added_by` is how that came by the code link. `models`, `datasets` and
    `demos` are all that the source lists, up to MAX_LISTED. `words` is `tex.words(abstract)`, if the process that read
    the record has made it.
    """

    arxiv_id: str
    title: str
    published_at: datetime
    version: int | None = None
    abstract: str | None = None
    authors: tuple[str, ...] | None = None
    author_details: tuple[Details, ...] | None = None
    categories: tuple[str, ...] | None = None
    keywords: tuple[str, ...] | None = None
    organisation: tuple[str, str] | None = None
    organisation_id: str | None = None
    code_url: str | None = None
    code_stars: int | None = None
    project_url: str | None = None
    media_urls: tuple[str, ...] | None = None
    listed_at: datetime | None = None
    is_listed: bool | None = None
    votes: int | None = None
    comments: int | None = None
    site_counts: dict[str, Counts] | None = None
    withdrawn: bool | None = None
    withdrawn_at: datetime | None = None
    seems_withdrawn: bool | None = None
    ai_summary: str | None = None
    ai_keywords: tuple[str, ...] | None = None
    ai_model: str | None = None
    ai_version: int | None = None
    ai_made_at: datetime | None = None
    discussion_id: str | None = None
    submitter: tuple[str, str, str] | None = None
    code_added_by: str | None = None
    models: tuple[Listed, ...] | None = None
    datasets: tuple[Listed, ...] | None = None
    demos: tuple[Listed, ...] | None = None
    site: str = HUB
    notes: tuple[str, ...] = field(default=(), compare=False)
    words: str | None = field(default=None, compare=False)

    @classmethod
    def from_source(cls, **fields) -> Self:
        """Return the record with the source's values, cleaned. Raises RecordError for the id, title and `published_at`.

        Another value that cannot be used is left out with a note, and so is a single author, category or keyword. An
        organisation's name is cut to 120 characters with a note, and its address is made of ASCII letters. An abstract
        is cut to MAX_ABSTRACT characters with a note. An artefact is (name, address or None, likes, downloads);
        without an address it is the Hub's of that name, and a number that cannot be used is None.

        Without `keywords`, those of the language model are taken. Texts and paragraphs become one line without control
        characters. Datetimes may be ISO 8601, and are in UTC if they have no time zone. `version` defaults to the
        version in `arxiv_id`. An empty list of authors or categories becomes None. Links that are not http(s) URLs of
        at most 500 characters, keywords of more than 120 characters, and authors whose names have neither letter nor
        digit are left out without a note. An author is a name, or a pair of a name and Details. Names lose their TeX.
        """
        values, notes = cleaned(fields, required=("arxiv_id", "title", "published_at"))
        values["arxiv_id"], version = values["arxiv_id"]
        values.setdefault("keywords", values.get("ai_keywords"))
        if values.get("authors"):
            values["authors"], values["author_details"] = zip(*values["authors"], strict=True)
        return cls(**{"version": version} | values, notes=notes)

    def as_json(self) -> dict:
        """Return the record as JSON can hold it, without notes and without what the source does not have."""
        values = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return values | {name: value.isoformat() for name, value in values.items() if isinstance(value, datetime)}

    @classmethod
    def from_json(cls, values: dict) -> Self:
        """Return the record of which `as_json` made these values."""
        values = {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
        if "author_details" in values:
            values["author_details"] = tuple(Details(*details) for details in values["author_details"])
        if "site_counts" in values:
            values["site_counts"] = {site: Counts(*counts) for site, counts in values["site_counts"].items()}
        for name in FIELDS & values.keys():
            values[name] = tuple(Listed(*listed) for listed in values[name])
        for name in _DATETIMES & values.keys():
            values[name] = datetime.fromisoformat(values[name])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment as its source describes it, made by `from_source`.

    `author` is (user name, name), `text` Markdown, and `parent_id` the source's id of the comment that it answers.
    Datetimes are aware and in UTC.
    """

    source_id: str
    author: tuple[str, str]
    text: str
    created_at: datetime
    edited_at: datetime | None = None
    parent_id: str | None = None

    @classmethod
    def from_source(cls, **fields) -> Self:
        """Return the record with the source's values, cleaned. Raises RecordError.

        The text keeps its lines, and loses other control characters. The author's name is one line, cut to 120
        characters. It is the user name where it has neither letter nor digit, or could be taken for a link. Another
        value that cannot be used is left out.
        """
        values, _ = cleaned(fields, required=("source_id", "author", "text", "created_at"))
        return cls(**values)
