"""Parses the query strings of lists: words, filters, an order and a page, in one canonical form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from lib.refusals import BadInput
from lib.storable import is_storable
from papers.lists.filters import PaperFilter, organisation_name
from papers.lists.list import ORDERS
from papers.search import syntax

SEARCHES = {"": "Words and meaning", "words": "Words only", "meaning": "Meaning only"}


@dataclass(frozen=True)
class ListQuery:
    """The parsed query string of a list's address.

    * `params`: its canonical form, in which filters that were typed into `q` are parameters of their own.
    * `typed`: the words and filters as one text, for the search box.
    * `problems`: sentences about what can't be read.
    * `is_canonical`: the address needs no redirect, because it has the canonical form or because it has problems.
    """

    params: QueryDict
    typed: str
    problems: tuple[str, ...]
    is_canonical: bool

    @cached_property
    def terms(self) -> syntax.Terms:
        terms = syntax.terms(self.params.get("q", ""))
        return replace(terms, is_verbatim=True) if self.params.get("spelling") == "typed" else terms

    def demand_readable(self) -> None:
        """Raises BadInput if something can't be read, for those who get nothing then, rather than what is left."""
        if self.problems:
            raise BadInput(" ".join(problem.replace(" was ignored: ", " can't be read: ") for problem in self.problems))

    @property
    def has_filters(self) -> bool:
        return any(name in self.params for name in PaperFilter.base_filters)

    @property
    def is_filtered(self) -> bool:
        return "q" in self.params or self.has_filters

    @property
    def depends_on_viewer(self) -> bool:
        """Whether it finds other papers for each viewer, so that it makes no public feed and no letter."""
        return "seen" in self.params

    def is_only(self, name: str) -> bool:
        """Whether this is the only filter, and there are no words."""
        others = {"q", *PaperFilter.base_filters} - {name}
        return name in self.params and not any(other in self.params for other in others)

    @cached_property
    def labels(self) -> dict[str, str]:
        """A label for the words and for each filter of the query, by parameter: "Author: Ada Lovelace"."""
        labels = {"q": f"Words: {self.params['q']}"} if "q" in self.params else {}
        for name, filter in PaperFilter.base_filters.items():
            if value := self.params.get(name):
                shown = organisation_name(value) if name == "org" else value
                labels[name] = f"{filter.label}: {dict(filter.extra.get('choices', [])).get(value, shown)}"
        return labels

    @property
    def filter_key(self) -> str:
        """The values of all filters, as the cache key of the filter form."""
        return repr([self.params.get(name, "") for name in PaperFilter.base_filters])

    def title(self, name: str) -> str:
        """The name of a list and its filters, in one line: "The Lab · Has: code"."""
        return " · ".join([name, *self.labels.values()])

    def of_list(self) -> "ListQuery":
        """The query with only the parameters that select and sort papers, without a page, a file format or a key."""
        params = self.params.copy()
        for name in self.params.keys() - {"q", "by", "sort", *PaperFilter.base_filters}:
            del params[name]
        return replace(self, params=params)

    def canonical(self) -> str:
        """The query string, the same for all equivalent queries to all papers; "" without words and filters."""
        values = {name: self.params.get(name, "").strip() for name in ("q", *PaperFilter.base_filters)}
        if not any(values.values()):
            return ""
        choices = {"by": SEARCHES, "sort": ORDERS} if self.terms.all else {"sort": ORDERS.keys() - {"votes"}}
        values |= {name: value for name, allowed in choices.items() if (value := self.params.get(name)) in allowed}
        return query_string(values)[1:]


def parse_query(data: QueryDict) -> ListQuery:
    """Parse the parameters of an address.

    Raises BadInput for characters that can't be stored. The middleware checks the request's own address only, but some
    forms send the address of a list.
    """
    if not all(map(is_storable, data.dict().values())):
        raise BadInput("The address contains a character that can't be read.")
    text = data.get("q", "").strip()
    typed = syntax.parse(text)
    values = {name: syntax.normalise_value(name, value.strip()) for name, value in data.dict().items()}
    params = _without_empty(values | {"q": typed.words} | typed.filters)
    problems = typed.problems
    if text and not (typed.words or typed.filters or problems):
        problems = (f"“{text[:40]}” contains no words.",)
    is_unchanged = not typed.filters and all(value and value == data[name] for name, value in values.items())
    return ListQuery(params, text if problems else syntax.unparse(params), problems, bool(problems) or is_unchanged)


def query_of(request: HttpRequest) -> ListQuery:
    """The query of the request's own address, which is parsed once per request."""
    if not hasattr(request, "list_query"):
        request.list_query = parse_query(request.GET)
    return request.list_query


def query_string(params: Mapping[str, str], **changes: str) -> str:
    """The query string of these parameters with these changes, from the question mark on, without empty values."""
    return "?" + urlencode({name: value for name, value in (dict(params.items()) | changes).items() if value})


def feed_address(page: str, format: str, key: str = "") -> str:
    """The address of the feed, in a format of FEED_FORMATS, of the list whose page has this address.

    `key` is the reader's `FeedKey`, for a list that nobody else may read.
    """
    path, _, query = page.partition("?")
    params = QueryDict(query, mutable=True)
    if params.get("sort") not in ORDERS:  # feeds do not have the page's own orders
        params.pop("sort", None)
    path = reverse("papers:today") if path == "/" else path
    return f"{path}.{format}{query_string(params, older='', export='', key=key)}".removesuffix("?")


def _without_empty(values: Mapping[str, str]) -> QueryDict:
    params = QueryDict(mutable=True)
    for name, value in values.items():
        if value:
            params[name] = value
    return params
