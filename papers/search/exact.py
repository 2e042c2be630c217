"""Finds the organisation, the topic, the author and the person whose name is exactly what is searched for."""

from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import caches
from django.core.cache.utils import make_template_fragment_key
from django.db.models import Value
from django.urls import reverse
from django.utils.http import urlencode

from lib import statements
from lib.words import bare_name, bare_name_term
from papers import categories
from papers.models import OrganisationEntry, PersonEntry, TopicEntry
from papers.search.lexicon import author_query, quote
from papers.search.results import TooSlow, time_limit
from papers.search.syntax import Terms

MAX_MATCHES = 3  # of organisations and topics together, and of people
PERSON = "Person"
MAX_CANDIDATES = 500  # papers that have all words of an author's name somewhere


@dataclass(frozen=True)
class Match:
    """What has exactly this name. `papers` is None if nobody may know; with `is_more`, there may be more papers."""

    kind: str
    name: str
    url: str
    papers: int | None
    is_more: bool = False


def matches(terms: Terms) -> list[Match]:
    """What has exactly the name that these words make. Organisations, topics and authors are at most a minute old.

    People are read each time, since they may hide at any moment.
    """
    name = terms.plain
    if not name or terms.none or any(len(group) > 1 for group in terms.all):
        return []
    return [*_kept(name), *_people(name)]


def _kept(name: str) -> list[Match]:
    """Organisations, topics and the author; none of them if they take too long to find."""
    key = make_template_fragment_key("exact", [name])
    with suppress(TooSlow):
        return caches["searches"].get_or_set(key, lambda: _find(name))
    return []


def _find(name: str) -> list[Match]:
    with time_limit():
        return [*_entries(name), *_author(name)]


def _entries(name: str) -> list[Match]:
    organisations = OrganisationEntry.objects.called(name).values_list(
        Value("Organisation"), "organisation__name", "organisation__slug", "paper_count"
    )
    topics = TopicEntry.objects.called(name).values_list(Value("Topic"), "name", "name", "paper_count")
    found = organisations.union(topics, all=True).order_by("-paper_count")
    return [
        Match(kind, categories.title(shown) if kind == "Topic" else shown, _URLS[kind](handle), papers)
        for kind, shown, handle, papers in found[:MAX_MATCHES]
    ]


def _people(name: str) -> list[Match]:
    people = PersonEntry.objects.public().called(name).select_related("person")[:MAX_MATCHES]
    return [Match(PERSON, str(entry.person), _URLS[PERSON](entry.person.username), None) for entry in people]


def _author(name: str) -> list[Match]:
    """The author of this name, if the first papers that have its words side by side among their authors name one.

    How many papers an author has is counted among MAX_CANDIDATES.
    """
    words = bare_name_term(name).split()
    if len(bare_name(name).split()) < 2:
        return []
    params = [" & ".join(map(quote, words)), MAX_CANDIDATES, author_query(name)]
    [(candidates, papers, names)] = statements.rows(_AUTHOR, params, is_prepared=False)
    same = next((author for author in names if bare_name(author) == bare_name(name)), None)
    return [Match("Author", same, _URLS["Author"](same), papers, candidates == MAX_CANDIDATES)] if same else []


_URLS = {
    "Organisation": lambda slug: reverse("papers:org", args=[slug]),
    "Topic": lambda name: f"{reverse('papers:today')}?{urlencode({'topic': name})}",
    PERSON: lambda username: reverse("papers:person", args=[username]),
    "Author": lambda name: f"{reverse('papers:today')}?{urlencode({'author': name})}",
}
_AUTHOR = """
    WITH candidate AS MATERIALIZED (
        SELECT paper_id, words FROM papers_searchentry WHERE words @@ %s::tsquery LIMIT %s
    ), matching AS MATERIALIZED (
        SELECT paper_id FROM candidate WHERE words @@ %s::tsquery
    )
    SELECT
        (SELECT count(*) FROM candidate),
        (SELECT count(*) FROM matching),
        ARRAY(
            SELECT name FROM papers_author
            WHERE paper_id IN (SELECT paper_id FROM matching LIMIT 5) AND position < 200
        )
"""
