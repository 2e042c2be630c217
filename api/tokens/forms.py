from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.html import format_html

from api.models import Scope
from lib.forms import LineField, Refusable

_DAYS = {"7": "In 7 days", "30": "In 30 days", "90": "In 90 days", "365": "In a year", "": "Never"}


class TokenForm(Refusable, forms.Form):
    name = LineField(max_length=60, help_text="What it is for, such as the program that uses it.")
    scopes = forms.MultipleChoiceField(
        label="Permissions",
        choices=[(scope, format_html("<span>{} <code>{}</code></span>", scope.label, scope.value)) for scope in Scope],
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one."},
    )
    days = forms.ChoiceField(label="Expires", choices=_DAYS.items(), initial="90", required=False)

    @property
    def expires(self) -> datetime | None:
        days = self.cleaned_data["days"]
        return timezone.now() + timedelta(days=int(days)) if days else None
