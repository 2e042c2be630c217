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
from lib.text import byline
from papers.lists import catalogue, listing
from papers.models import Author, Paper

MOST, USUAL = 30, 10  # papers
NAMES = 3  # authors of a paper that are named
_ANYBODY = AnonymousUser()  # a frame is drawn as for a stranger, whoever is signed in
_NO_FILTER = ("most", "look", "older", "export")


class FrameForm(forms.Form):
    most = forms.IntegerField(label="Papers at most", min_value=1, max_value=MOST, required=False, initial=USUAL)
    look = forms.ChoiceField(
        choices=[("", "As the reader's system has it"), ("light", "Light"), ("dark", "Dark")], required=False
    )


@dataclass(frozen=True)
class Frame:
    """`path` and `filters` make the address of the list itself."""

    title: str
    path: str
    filters: QueryDict
    look: str
    listing: listing.Listing

    @property
    def address(self) -> str:
        return quote(self.path) + listing.address(self.filters).removesuffix("?")

    @property
    def version(self) -> tuple:
        return self.title, self.listing.version

    def rows(self) -> list[tuple[Paper, str]]:
        """The papers, each with whose it is: an organisation's own list need not say that. Two statements."""
        keys = [paper.pk for paper in self.listing.papers]
        whole = Paper.objects.select_related("organisation").in_bulk(keys)
        names = Author.objects.first_of(keys, NAMES)
        return [(whole[key], self._by(whole[key], names[key])) for key in keys if key in whole]

    def _by(self, paper: Paper, names: list[str]) -> str:
        organisation = str(paper.organisation or "")
        said = [organisation if organisation != self.title else "", byline(names, paper.author_count)]
        return " · ".join(filter(None, said))


def find(path: str, query: QueryDict) -> Frame:
    """The list at this path with the filters of this query.

    Raises Http404 for a list that is not there or not for everybody, and BadInput for a query that can't be read.
    """
    form = FrameForm(query)
    if not form.is_valid():
        raise BadInput(f"A frame has 1 to {MOST} papers (most=10), and is light or dark (look=dark).")
    source = catalogue.find(path, _ANYBODY)
    title = source.title()
    told = query.copy()
    for name in _NO_FILTER:
        told.pop(name, None)
    read = source.read(told, _ANYBODY, form.cleaned_data["most"] or USUAL)
    if not read.is_readable:
        raise BadInput("A filter of this list can't be read.")
    return Frame(title, path, listing.read(told).params, form.cleaned_data["look"], read)


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
        told = {name: self.cleaned_data[name] for name in ("most", "look") if self.cleaned_data[name]}
        query = urlencode(frame.filters.dict() | told)
        return reverse("papers:embed", args=[frame.path[1:]]) + (f"?{query}" if query else "")

    @property
    def snippet(self) -> str:
        """The line of HTML that puts it into a page."""
        return format_html(
            '<iframe src="{}" title="{}" width="100%" height="600" loading="lazy" style="border: 0"></iframe>',
            settings.BASE_URL + self.address,
            self.cleaned_data["list"].title,
        )
