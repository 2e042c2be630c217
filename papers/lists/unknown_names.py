"""Finds names in the filters of a list that match nothing, and suggests similar names that do."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from lib.text import quoted
from papers.lists.filters import PaperFilter, organisations_called
from papers.lists.query import query_string
from papers.models import OrganisationEntry, Paper, TopicEntry
from papers.search import lexicon, syntax
from papers.search.results import time_limit

MAX_SHOWN = 60  # characters of an unknown name


def hints(filter: PaperFilter) -> dict[str, SafeString]:
    """A sentence, as HTML, for each name of a valid filter that matches nothing, by its parameter. Raises TooSlow."""
    values = {name: filter.form.cleaned_data[name] for name in _LIKELY}
    with time_limit():
        return {
            name: _hint(filter, name, value)
            for name, value in values.items()
            if value and not _exists(filter, name, value)
        }


def _exists(filter: PaperFilter, name: str, value: str) -> bool:
    """Whether there is such an organisation, or any paper with such a topic or author."""
    if name == "org":
        return organisations_called(value).exists()
    return filter.filters[name].filter(Paper.objects.all(), value).exists()


def _hint(filter: PaperFilter, name: str, value: str) -> SafeString:
    kind, likely_names = _LIKELY[name]
    hint = format_html("No {} is called {}.", kind, quoted(value, MAX_SHOWN))
    for likely, shown in likely_names(value):
        if _exists(filter, name, likely):
            url = query_string(filter.data, **{name: likely, "older": ""})
            hint += format_html(' Did you mean <a href="{}">{}</a>?', url, shown)
    return hint


def _likely_organisation(name: str):
    entries = OrganisationEntry.objects.resembling(name).order_by("distance", "-paper_count")
    return entries.values_list("organisation__slug", "organisation__name")[:1]


def _likely_topic(name: str):
    return TopicEntry.objects.resembling(name).order_by("distance", "-paper_count").values_list("name", "name")[:1]


def _likely_author(name: str) -> list[tuple[str, str]]:
    """The name with corrected spelling, which need not be that of an author."""
    terms = syntax.terms(name)
    likely = terms.corrected(lexicon.analyse(terms).corrections).plain
    return [(likely, likely)]


_LIKELY = {
    "org": ("organisation", _likely_organisation),
    "author": ("author", _likely_author),
    "topic": ("topic", _likely_topic),
}
