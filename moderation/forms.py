from django import forms

from lib.text import legible
from lib.widgets import TextArea
from moderation.models.answer import MAX_ANSWER
from moderation.reasons import Reason, reasons_for
from moderation.subjects import Kind


class FlagForm(forms.Form):
    """Why somebody flags something of this kind."""

    reason = forms.ChoiceField(label="What is wrong", widget=forms.RadioSelect)
    details = forms.CharField(
        label="Details",
        max_length=1_000,
        required=False,
        widget=TextArea({"rows": 4}),
        help_text="Only moderators can see this and that you flagged it.",
    )

    def __init__(self, *args, kind: Kind, **options):
        super().__init__(*args, **options)
        self.fields["reason"].choices = [(reason.value, reason.label) for reason in reasons_for(kind.key)]

    def clean_details(self) -> str:
        """The text, without which "something else" says nothing."""
        details = legible(self.cleaned_data["details"]).strip()
        if not details and self.cleaned_data.get("reason") == Reason.OTHER:
            raise forms.ValidationError("Say what is wrong.")
        return details


class AnswerForm(forms.Form):
    text = forms.CharField(
        label="Your message",
        max_length=MAX_ANSWER,
        widget=TextArea({"rows": 6}),
        help_text=f"One message of at most {MAX_ANSWER:,} characters. Only moderators read it.",
    )

    def clean_text(self) -> str:
        return legible(self.cleaned_data["text"]).strip()
