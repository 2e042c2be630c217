import json

from django import forms
from django.db import transaction
from django.db.models import Q

from lib.conflicts import digests, read
from lib.forms import LineField, Refusable, UrlLineField
from lib.refusals import Conflict, Gone, Refusal
from lib.widgets import TextArea
from orgs.models import Organisation
from papers.lengths import MAX_SUMMARY
from papers.models import AiText, Correction, Paper, State
from papers.models.correction import FIELDS, MAX_KEYWORDS


class CorrectionForm(Refusable, forms.Form):
    """What the authors of a paper may correct of it."""

    code_url = UrlLineField(label="Code", required=False, assume_scheme="https", max_length=500)
    project_url = UrlLineField(label="Project page", required=False, assume_scheme="https", max_length=500)
    keywords = forms.CharField(
        required=False,
        widget=TextArea({"rows": 6}),
        help_text=f"One per line, at most {MAX_KEYWORDS}.",
    )
    removed = forms.MultipleChoiceField(
        label="Not a paper of", required=False, widget=forms.CheckboxSelectMultiple, help_text="Tick what is wrong."
    )
    added = LineField(
        label="Also a paper of",
        required=False,
        max_length=120,
        help_text="The name of an organisation on this site. If it has an owner, its owners decide.",
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, paper: Paper, data=None):
        self.paper, self.stored = paper, {name: getattr(paper, name) for name in FIELDS}
        super().__init__(data, initial=self.stored | {"keywords": "\n".join(paper.keywords), "base": self._base()})
        tagged = Organisation.objects.filter(affiliations__paper=paper, affiliations__state="accepted")
        self.fields["removed"].choices = [(organisation.slug, organisation.name) for organisation in tagged]
        if not self.fields["removed"].choices:
            del self.fields["removed"]

    def _base(self) -> str:
        return json.dumps(digests(self.stored))

    def clean_keywords(self) -> list[str]:
        return self.cleaned_data["keywords"].splitlines()

    def clean_added(self) -> Organisation | None:
        text = self.cleaned_data["added"]
        if not text:
            return None
        found = Organisation.objects.filter(Q(slug=text.lower()) | Q(name__iexact=text))[:2]
        if len(found) != 1:
            number = "Several organisations are" if found else "No organisation is"
            raise forms.ValidationError(f"{number} called “{text}”. Write the last part of its page's address.")
        return found[0]

    def save(self, actor) -> bool:
        """Correct the paper. Returns whether that was done; what was refused is an error of the form."""
        values = self.cleaned_data
        try:
            with transaction.atomic():
                Correction.objects.make(
                    actor, self.paper, {name: values[name] for name in FIELDS}, read(values["base"])
                )
                for organisation in Organisation.objects.filter(slug__in=values.get("removed", [])):
                    Correction.objects.disaffiliate(actor, self.paper, organisation)
                if values["added"]:
                    Correction.objects.affiliate(actor, self.paper, values["added"])
        except Refusal as refusal:
            self.refuse(refusal)
            return False
        return True

    @property
    def message(self) -> str:
        """What the person reads when it is saved."""
        added = self.cleaned_data["added"]
        if added and self.paper.affiliations.filter(organisation=added, state=State.SUGGESTED).exists():
            return f"Your corrections are saved. The owners of {added} decide whether the paper is listed there."
        return "Your corrections are saved."

    def refuse(self, refusal: Refusal) -> None:
        """Show the refusal. After a conflict, what is stored by now is compared with, and can be replaced."""
        super().refuse(refusal)
        if isinstance(refusal, Conflict):
            self.stored = {name: getattr(self.paper, name) for name in FIELDS}
            self.data = self.data.copy()
            self.data["base"] = self._base()


class SummaryForm(Refusable, forms.Form):
    """An author's summary, which stands in the place of a language model's."""

    summary = forms.CharField(
        widget=TextArea({"rows": 5}), help_text=f"At most {MAX_SUMMARY:,} characters, without formulas."
    )
    base = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, text: AiText | None, data=None):
        self.text = text
        super().__init__(data, initial={"summary": text.summary, "base": self._base()} if text else {})

    def _base(self) -> str:
        return json.dumps(digests({"summary": self.text.summary}))

    def save(self, actor) -> bool:
        """Replace the summary. Returns whether that was done; what was refused is an error of the form."""
        try:
            if self.text is None:
                raise Gone("This paper shows no summary.")
            self.text.replace(actor, self.cleaned_data["summary"], read(self.cleaned_data["base"]))
        except Refusal as refusal:
            self.refuse(refusal)
            if isinstance(refusal, Conflict):
                self.data = self.data.copy()
                self.data["base"] = self._base()
            return False
        return True
