from django import forms

from lib.forms import LineField, Refusable
from lib.widgets import TextArea
from papers.intake.formats import MAX_BYTES
from papers.models import Collection

MAX_TEXT = 800_000  # characters: in any script less than Django takes in a form without files
BOOKMARKS, NEW = "bookmarks", "new"
_TYPES = ".bib,.bibtex,.csv,.htm,.html,.json,.md,.ris,.txt,.zip"


class ImportForm(Refusable, forms.Form):
    """What a person imports, as text or as a file, and where the papers go."""

    text = forms.CharField(
        label="Paste text",
        required=False,
        max_length=MAX_TEXT,
        widget=TextArea({"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
        help_text="arXiv ids, addresses, DOIs or citations, one a line; or the content of a file.",
    )
    file = forms.FileField(
        label="Or choose a file",
        required=False,
        widget=forms.FileInput({"accept": _TYPES}),
        help_text="BibTeX, RIS, CSL JSON, CSV, JSON or text, or the ZIP file of “Your data”; at most 5 MB.",
    )
    target = forms.ChoiceField(
        label="Add the papers to",
        help_text="Except for the ZIP file of “Your data”, which has its own bookmarks and collections.",
    )
    name = LineField(label="Name of the new collection", required=False, max_length=120)

    def __init__(self, data=None, files=None, *, user):
        super().__init__(data, files)
        kept = Collection.objects.kept_by(user).select_related("user", "organisation").order_by("name")
        own = [(f"collection:{found.key}", self._label(found)) for found in kept]
        groups = [("Your collections", own)] if own else []
        self.fields["target"].choices = [(BOOKMARKS, "Bookmarks"), (NEW, "A new collection"), *groups]

    @staticmethod
    def _label(collection: Collection) -> str:
        return f"{collection} ({collection.organisation})" if collection.organisation else str(collection)

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file and file.size > MAX_BYTES:
            raise forms.ValidationError("This file is larger than 5 MB. Split it into several files.")
        return file

    def clean(self) -> dict:
        data = super().clean()
        if data.get("text") and data.get("file"):
            self.add_error(None, "Paste text or choose a file, not both.")
        elif not (data.get("text") or data.get("file")) and not self.errors:
            self.add_error(None, "Paste text or choose a file.")
        if data.get("target") == NEW and not data.get("name") and "name" not in self.errors:
            self.add_error("name", "Enter a name for the new collection.")
        return data

    @property
    def source(self) -> bytes:
        file = self.cleaned_data["file"]
        return file.read() if file else self.cleaned_data["text"].encode()

    @property
    def target_values(self) -> dict[str, str]:
        """Where the papers go, as `Intake.objects.begin` takes it."""
        target = self.cleaned_data["target"]
        if target == NEW:
            return {"target_name": self.cleaned_data["name"]}
        return {} if target == BOOKMARKS else {"target_key": target.removeprefix("collection:")}
