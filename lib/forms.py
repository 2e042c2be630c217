"""How every form of the site looks: our own field template."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_date


class HouseRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class DateInput(forms.DateInput):
    """The browser's own date picker; what is no date stays out of it, since browsers complain of that."""

    input_type = "date"

    def format_value(self, value):
        text = super().format_value(value) or ""
        try:
            return text if parse_date(text) else ""
        except ValueError:
            return ""
