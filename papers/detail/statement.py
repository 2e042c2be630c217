"""All that a paper's own page shows, by one statement that is written by hand.

Django took several times as long to build the statements that this one replaces as PostgreSQL to answer them.
"""

import logging
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import islice
from typing import NamedTuple

from django.core.cache import caches
from django.db import OperationalError, models
from django.utils.dateparse import parse_datetime

from accounts.models import User
from lib.statements import is_out_of_time, rows
from orgs.models import Organisation
from papers import names, ranking
from papers.discussion.other_sites import OtherSite, other_sites
from papers.models import AiText, Artefact, Paper, PaperFollow
from papers.models.bits import bits
from papers.models.follow import FollowState
from papers.names import Details
from papers.organisations.offers import Offer
from papers.search import embedding, results, retrieval

SIMILAR_SHOWN = 8

logger = logging.getLogger(__name__)


class AuthorName(NamedTuple):
    """An author's full name, and what the source says besides."""

    name: str
    details: Details


class Claimant(NamedTuple):
    """Somebody who is marked as an author: the author (as AuthorClaim has it), the user name, and the person's name."""

    author: str
    namesake: int
    username: str
    name: str


class AuthorLine(NamedTuple):
    """An author's name as the page shows it, and who is marked as that author."""

    name: str
    claimant: Claimant | None


class Similar(NamedTuple):
    """A paper that is near another one in meaning. `organisation` is the name of the one that it shows, or ""."""

    arxiv_id: str
    title: str
    organisation: str
    is_withdrawn: bool
    published_on: date


@dataclass(frozen=True)
class PaperDetail:
    """A paper with the viewer's bits, and what its page shows besides.

    * `author_rows`: name, family name, given name, suffix and affiliation of each author.
    * `claimants`: the people who are marked as authors, except deactivated ones.
    * `organisations`: the accepted ones, in the order in which they were accepted.
    * `lister`: the person who submitted the paper, or None; the viewer may not be meant to know.
    * `vote_state`: the state of the viewer's vote, or "".
    * `similar`: the nearest first; none if they took too long to find.
    * `has_comments`: whether there are any, also retracted ones.
    * `other_sites`: the comments that only other sites have, by site.
    * `ai_text`: what a language model, or an author instead, wrote about it; None if the site does not show it.
    * `artefacts`: its models, datasets and demos, by kind, those with most likes first.
    * `has_changes`: whether the text of a former version is kept, or an author has corrected the paper.
    """

    paper: Paper
    author_rows: list[list[str]]
    claimants: list[Claimant]
    organisations: list[Organisation]
    offers: list[Offer]
    lister: User | None
    vote_state: str
    similar: list[Similar]
    why: ranking.Explanation
    follow: FollowState
    has_comments: bool
    other_sites: list[OtherSite]
    has_changes: bool
    ai_text: AiText | None
    artefacts: list[Artefact]

    @cached_property
    def authors(self) -> list[AuthorName]:
        return [AuthorName(name, Details(*details)) for name, *details in self.author_rows]

    @cached_property
    def author_lines(self) -> list[AuthorLine]:
        """All authors in their order."""
        claimants = dict(zip(self._positions, self.claimants, strict=True))
        return [AuthorLine(name, claimants.get(position)) for position, (name, *_) in enumerate(self.author_rows)]

    @property
    def former_authors(self) -> list[Claimant]:
        """Those whose names an earlier version had, and this one has not."""
        pairs = zip(self._positions, self.claimants, strict=True)
        return [claimant for position, claimant in pairs if position is None]

    @cached_property
    def _positions(self) -> list[int | None]:
        if not self.claimants:
            return []
        authors = [(claimant.author, claimant.namesake) for claimant in self.claimants]
        return names.placed(authors, [name for name, *_ in self.author_rows])


def find(arxiv_id: str, viewer) -> PaperDetail | None:
    """The paper with this id as the viewer sees it, or None.

    If its neighbours take too long to find, it has none, and no paper has any for PAUSE_SECONDS.
    """
    params = {"arxiv_id": arxiv_id, "viewer": viewer.pk, "model": embedding.model_name()}
    cache = caches["searches"]
    try:
        found = rows(_sql(has_neighbours=results.supports_meaning() and not cache.get("no_neighbours")), params)
    except OperationalError as error:
        if not is_out_of_time(error):
            raise
        logger.exception("Papers' pages leave out similar papers for %d s.", results.PAUSE_SECONDS)
        cache.set("no_neighbours", True, timeout=results.PAUSE_SECONDS)
        found = rows(_sql(has_neighbours=False), params)
    return _detail(found[0]) if found else None


def _detail(row: tuple) -> PaperDetail:
    row = iter(row)
    paper = Paper.from_db(None, _PAPER, [*islice(row, len(_PAPER))], fetch_mode=models.FETCH_RAISE)
    for bit in bits():
        setattr(paper, bit, next(row))
    lister, vote_state, place, paper_count, followers, is_followed, has_comments, imported, has_changes, *rest = row
    sites, authors, claimants, badges, offers, ai_text, artefacts, similar = rest
    organisations = [Organisation.from_db(None, _ORGANISATION, values) for values in badges]
    shown = paper.organisation_id
    paper.organisation = next((organisation for organisation in organisations if organisation.pk == shown), None)
    return PaperDetail(
        paper=paper,
        author_rows=authors,
        claimants=[Claimant(*values) for values in claimants],
        organisations=organisations,
        offers=[Offer(*values) for values in offers],
        lister=lister and User.from_db(None, _LISTER, lister),
        vote_state=vote_state,
        similar=[Similar(*values, date.fromisoformat(day)) for *values, day in similar],
        why=ranking.explain(paper, place, paper_count),
        follow=FollowState(PaperFollow.kind, paper.arxiv_id, followers, is_followed),
        has_comments=has_comments,
        other_sites=other_sites(paper, imported, sites or {}),
        has_changes=has_changes,
        ai_text=ai_text and _ai_text(ai_text),
        artefacts=[Artefact.from_db(None, _ARTEFACT, values) for values in artefacts],
    )


def _ai_text(values: list) -> AiText | None:
    """The text with its moments, which JSON has as strings; None if it is not shown."""
    pairs = zip(_AI_TEXT, values, strict=True)
    values = [value and parse_datetime(value) if name in ("made_at", "hidden_at") else value for name, value in pairs]
    text = AiText.from_db(None, _AI_TEXT, values)
    return text if text.is_shown else None


def _fields(model: type[models.Model], *names: str) -> list[str]:
    """The columns of the model, all or those with these names, in the order in which `from_db` wants their values."""
    columns = [field.attname for field in model._meta.concrete_fields]
    return [column for column in columns if column in (names or columns)]


_PAPER = _fields(Paper)
_LISTER = _fields(User, "id", "username", "name", "is_active", "shows_submissions")
_AI_TEXT = _fields(AiText, "paper_id", "summary", "model", "version", "made_at", "source", "hidden_at")
_ARTEFACT = _fields(Artefact, "id", "kind", "name", "url", "likes", "downloads", "source")
_ORGANISATION = _fields(Organisation, "id", "slug", "name", "logo", "verified")


@cache
def _sql(*, has_neighbours: bool) -> str:
    """The statement. Without pgvector, PostgreSQL could not read the part about neighbours."""
    return _STATEMENT.format(
        paper=", ".join(f"papers_paper.{column}" for column in _PAPER),
        bits=", ".join(exists_sql("%(viewer)s") for exists_sql in bits().values()),
        lister=", ".join(f"lister.{column}" for column in _LISTER),
        organisation=", ".join(f"organisation.{column}" for column in _ORGANISATION),
        ai_text=", ".join(_AI_TEXT),
        artefact=", ".join(_ARTEFACT),
        neighbours=_NEIGHBOURS if has_neighbours else "'[]'::json",
    )


# One model alone, since vectors of two have nothing to do with each other while the worker replaces those of one.
_NEIGHBOURS = f"""
    (
        SELECT coalesce(json_agg(
            json_build_array(
                other.arxiv_id, other.title, coalesce(organisation.name, ''), other.withdrawn_at IS NOT NULL,
                (other.published_at AT TIME ZONE 'UTC')::date
            ) ORDER BY distance, other.id DESC
        ), '[]')
        FROM papers_embedding own
        CROSS JOIN LATERAL (
            SELECT paper_id, vector <=> own.vector AS distance FROM papers_embedding
            WHERE paper_id <> own.paper_id AND model = %(model)s
            ORDER BY vector <=> own.vector LIMIT {SIMILAR_SHOWN}
        ) near
        JOIN papers_paper other ON other.id = near.paper_id
        LEFT JOIN orgs_organisation organisation ON organisation.id = other.organisation_id
        WHERE own.paper_id = papers_paper.id AND own.model = %(model)s AND distance < {1 - retrieval.MIN_COSINE}
    )
"""  # noqa: S608 (both are constants)
_STATEMENT = """
    SELECT
        {paper},
        {bits},
        CASE WHEN lister.id IS NOT NULL THEN json_build_array({lister}) END,
        coalesce((SELECT state FROM papers_vote WHERE user_id = %(viewer)s AND paper_id = papers_paper.id), ''),
        standing.place,
        standing.paper_count,
        follows.followers,
        follows.is_followed,
        EXISTS (SELECT FROM papers_comment WHERE paper_id = papers_paper.id),
        CASE WHEN papers_paper.imported_comments > 0 THEN (SELECT count(*) FROM papers_comment
            WHERE paper_id = papers_paper.id AND source_id <> '' AND retracted_at IS NULL) ELSE 0 END,
        EXISTS (SELECT FROM papers_paperversion WHERE paper_id = papers_paper.id)
            OR EXISTS (SELECT FROM papers_correction WHERE paper_id = papers_paper.id),
        (SELECT json_object_agg(site, comments) FROM papers_sitecount WHERE paper_id = papers_paper.id),
        (
            SELECT coalesce(
                json_agg(json_build_array(name, family, given, suffix, affiliation) ORDER BY position), '[]'
            )
            FROM papers_author WHERE paper_id = papers_paper.id
        ),
        (
            SELECT coalesce(json_agg(
                json_build_array(
                    claim.name, namesake, username, coalesce(nullif(person.name, ''), username)
                ) ORDER BY claim.id
            ), '[]')
            FROM papers_authorclaim claim JOIN accounts_user person ON person.id = claim.user_id
            WHERE paper_id = papers_paper.id AND state = 'granted' AND is_active
        ),
        (
            SELECT coalesce(json_agg(json_build_array({organisation}) ORDER BY since, organisation_id), '[]')
            FROM papers_affiliation JOIN orgs_organisation organisation ON organisation.id = organisation_id
            WHERE paper_id = papers_paper.id AND state = 'accepted'
        ),
        (
            SELECT coalesce(json_agg(
                json_build_array(
                    organisation.name, organisation.slug, role, coalesce(state, ''),
                    coalesce(suggested_by_id = %(viewer)s, false)
                ) ORDER BY organisation.name
            ), '[]')
            FROM orgs_membership member
            JOIN orgs_organisation organisation ON organisation.id = member.organisation_id
            LEFT JOIN papers_affiliation affiliation
                ON affiliation.organisation_id = organisation.id AND affiliation.paper_id = papers_paper.id
            WHERE member.user_id = %(viewer)s
        ),
        (SELECT json_build_array({ai_text}) FROM papers_aitext WHERE paper_id = papers_paper.id),
        (
            SELECT coalesce(
                json_agg(json_build_array({artefact}) ORDER BY
                    array_position(ARRAY['model', 'dataset', 'demo'], kind::text), likes DESC NULLS LAST, name, id
                ), '[]'
            )
            FROM papers_artefact WHERE paper_id = papers_paper.id AND removed_at IS NULL
        ),
        {neighbours}
    FROM papers_paper
    LEFT JOIN accounts_user lister ON lister.id = papers_paper.submitted_by_id
    CROSS JOIN LATERAL (
        SELECT
            1 + count(*) FILTER (
                WHERE (vote_count, listed_at, id) > (papers_paper.vote_count, papers_paper.listed_at, papers_paper.id)
            ) AS place,
            count(*) AS paper_count
        FROM papers_paper other WHERE listed_on = papers_paper.listed_on AND is_listed
    ) standing
    CROSS JOIN LATERAL (
        SELECT count(*) AS followers, coalesce(bool_or(user_id = %(viewer)s), false) AS is_followed
        FROM papers_paperfollow WHERE paper_id = papers_paper.id
    ) follows
    WHERE arxiv_id = %(arxiv_id)s
"""
