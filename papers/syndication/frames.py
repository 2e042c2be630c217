"""A list in a page of another site: what it shows there, and the line of HTML that puts it there."""

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
from papers.lists.query import parse_query, query_string
from papers.paper.summary import Summary, summaries

MOST, USUAL = 30, 10  # papers
NAMES = 3  # authors of a paper that are named
_ANYBODY = AnonymousUser()  # a frame is drawn as for a stranger, whoever is signed in


class FrameForm(forms.Form):
    most = forms.IntegerField(label="Papers at most", min_value=1, max_value=MOST, required=False, initial=USUAL)
    look = forms.ChoiceField(
        choices=[("", "As the reader's system has it"), ("light", "Light"), ("dark", "Dark")], required=False
    )


@dataclass(frozen=True)
class Frame:
    """The first papers of the list at `path` with the filters of `query`, and their look."""

    title: str
    path: str
    query: QueryDict
    look: str
    listing: Listing

    @property
    def address(self) -> str:
        """The address of the list itself."""
        return quote(self.path) + query_string(self.query).removesuffix("?")

    @property
    def version(self) -> tuple:
        return self.title, self.listing.version

    def rows(self) -> list[tuple[Summary, str]]:
        """Each paper with its organisation and authors; the list of an organisation need not name that one."""
        papers = summaries([paper.pk for paper in self.listing.papers], NAMES).values()
        return [(paper, self._byline(paper)) for paper in papers]

    def _byline(self, paper: Summary) -> str:
        organisation = paper.organisation if paper.organisation != self.title else ""
        return " · ".join(filter(None, [organisation, paper.byline(NAMES)]))


def find(path: str, params: QueryDict) -> Frame:
    """The frame of the list at this path with these parameters.

    Raises Http404 for a list that is not there or not for everybody, and BadInput for parameters that can't be read.
    """
    form = FrameForm(params)
    if not form.is_valid():
        raise BadInput(f"A frame has 1 to {MOST} papers (most=10), and is light or dark (look=dark).")
    list_, query = catalogue.find(path), parse_query(params).of_list()
    if list_.no_feed:
        raise Http404
    title = list_.title_for(_ANYBODY)
    listing = for_feed(list_, query, _ANYBODY, form.cleaned_data["most"] or USUAL)
    if not listing.is_readable:
        raise BadInput("A filter of this list can't be read.")
    return Frame(title, path, query.params, form.cleaned_data["look"], listing)


class SnippetForm(FrameForm):
    """What is to be framed, and how."""

    list = LineField(
        max_length=500,
        help_text="The address of any list here that everybody can read, with its filters, if you like.",
    )
    field_order = ["list", "most", "look"]

    def clean_list(self) -> Frame:
        try:
            parts = urlsplit(self.cleaned_data["list"])
            path = unquote(parts.path)
            return find(reverse("papers:today") if path == "/" else path, QueryDict(parts.query))
        except (ValueError, Http404):
            raise ValidationError("There is no list at this address that everybody can read.") from None
        except BadInput as error:
            raise ValidationError(str(error)) from None

    @property
    def address(self) -> str:
        """That of the frame, on this site."""
        frame = self.cleaned_data["list"]
        options = {name: self.cleaned_data[name] for name in ("most", "look") if self.cleaned_data[name]}
        query = urlencode(frame.query.dict() | options)
        return reverse("papers:embed", args=[frame.path[1:]]) + (f"?{query}" if query else "")

    @property
    def snippet(self) -> str:
        """The line of HTML that puts it into a page."""
        return format_html(
            '<iframe src="{}" title="{}" width="100%" height="600" loading="lazy" style="border: 0"></iframe>',
            settings.BASE_URL + self.address,
            self.cleaned_data["list"].title,
        )
