"""Lists embedded in pages of other sites by an iframe, and the HTML of the iframe."""

from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode, urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils.html import format_html

from lib.forms import LineField
from lib.refusals import BadInput
from papers.lists import catalogue
from papers.lists.listing import Listing, for_feed
from papers.lists.query import ListQuery, parse_query, query_string
from papers.paper.summary import Summary, summaries

MAX_PAPERS, DEFAULT_PAPERS = 30, 10
MAX_AUTHORS = 3  # that a row names
_ANONYMOUS = AnonymousUser()  # the viewer of every frame, whoever is signed in


class FrameForm(forms.Form):
    most = forms.IntegerField(
        label="Maximum papers", min_value=1, max_value=MAX_PAPERS, required=False, initial=DEFAULT_PAPERS
    )
    look = forms.ChoiceField(
        choices=[("", "Follow the reader’s system"), ("light", "Light"), ("dark", "Dark")], required=False
    )


@dataclass(frozen=True)
class Frame:
    """The first papers of the list at `path` with the filters of `query`, in the colour scheme `look`."""

    title: str
    path: str
    query: QueryDict
    look: str
    listing: Listing

    @property
    def address(self) -> str:
        """The address of the list."""
        return quote(self.path) + query_string(self.query).removesuffix("?")

    @property
    def version(self) -> tuple:
        return self.title, self.listing.version

    def rows(self) -> list[tuple[Summary, str]]:
        """Return the papers with their bylines, which say if a paper was withdrawn.

        The organisation is left out if the list is that organisation's.
        """
        papers = summaries([paper.pk for paper in self.listing.papers], MAX_AUTHORS).values()
        return [(paper, self._byline(paper)) for paper in papers]

    def _byline(self, paper: Summary) -> str:
        organisation = paper.organisation if paper.organisation != self.title else ""
        withdrawn = "Withdrawn" if paper.is_withdrawn else ""
        return " · ".join(filter(None, [withdrawn, organisation, paper.byline(MAX_AUTHORS)]))


def find(path: str, params: QueryDict, query: ListQuery) -> Frame:
    """Return the frame of the list at this path with these parameters, which were read as this query.

    Raises Http404 if there is no such list or it is not public, and BadInput for invalid parameters.
    """
    form = FrameForm(params)
    if not form.is_valid():
        raise BadInput(f"A frame has 1 to {MAX_PAPERS} papers (most=10) and is light or dark (look=dark).")
    list_, query = catalogue.find(path), query.of_list()
    if list_.no_feed:
        raise Http404
    title = list_.title_for(_ANONYMOUS)
    listing = for_feed(list_, query, _ANONYMOUS, form.cleaned_data["most"] or DEFAULT_PAPERS)
    if not listing.is_readable:
        raise BadInput(f"A filter of this list can't be read. {listing.filter_errors}")
    return Frame(title, path, query.params, form.cleaned_data["look"], listing)


class SnippetForm(FrameForm):
    """The options of a frame, for which it makes the iframe."""

    list = LineField(
        max_length=500,
        help_text="The address of any public list on this site; filters are supported.",
    )
    field_order = ["list", "most", "look"]

    def clean_list(self) -> Frame:
        try:
            url = urlsplit(self.cleaned_data["list"])
            path, params = unquote(url.path), QueryDict(url.query)
            return find(reverse("papers:today") if path == "/" else path, params, parse_query(params))
        except (ValueError, Http404):
            raise ValidationError("No public list has this address.") from None
        except BadInput as error:
            raise ValidationError(str(error)) from None

    @property
    def address(self) -> str:
        """The address of the frame on this site."""
        frame = self.cleaned_data["list"]
        options = {name: self.cleaned_data[name] for name in ("most", "look") if self.cleaned_data[name]}
        query = urlencode(frame.query.dict() | options)
        return reverse("papers:embed", args=[frame.path[1:]]) + (f"?{query}" if query else "")

    @property
    def snippet(self) -> str:
        """The HTML of the iframe."""
        return format_html(
            '<iframe src="{}" title="{}" width="100%" height="600" loading="lazy" style="border: 0"></iframe>',
            settings.BASE_URL + self.address,
            self.cleaned_data["list"].title,
        )
