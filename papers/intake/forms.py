from django import forms

from lib.forms import LineField, Refusable
from lib.refusals import BadInput
from lib.widgets import TextArea
from papers.intake.formats import MAX_BYTES
from papers.intake.recognised import Kind
from papers.models import Collection

MAX_TEXT = 800_000  # characters: in any script less than Django takes in a form without files
BOOKMARKS, NEW = "bookmarks", "new"
_TYPES = ".bib,.bibtex,.csv,.htm,.html,.json,.md,.ris,.txt,.zip"


class KindsForm(forms.Form):
    """What of an archive is imported. Upvotes count in public, so they wait for their person's decision."""

    kinds = forms.MultipleChoiceField(
        label="What to import",
        choices=[(kind.value, kind.capitalize()) for kind in Kind],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one of the things to import."},
    )

    def __init__(self, data=None, *, additions: dict[Kind, int] | None = None):
        super().__init__(data)
        if additions is not None:
            self.fields["kinds"].choices = [(kind.value, _addition(kind, n)) for kind, n in additions.items()]
            self.fields["kinds"].initial = [kind.value for kind in additions if kind != Kind.UPVOTES]

    def demand_kinds(self) -> list[str]:
        """Returns the kinds. Raises BadInput if there is none, or an unknown one."""
        if not self.is_valid():
            raise BadInput(" ".join(self.errors["kinds"]))
        return self.cleaned_data["kinds"]


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


def _addition(kind: Kind, number: int) -> str:
    """Returns the kind with its number: "Bookmarks (1,200)"; of collections, the number counts papers, too."""
    return kind.capitalize() if kind == Kind.COLLECTIONS else f"{kind.capitalize()} ({number:,})"
