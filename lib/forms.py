"""How every form of the site looks: our own field template."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_date

from lib import links
from lib.text import one_line


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


class OneLine:
    """Mixed into a form field of text: its value is one line (`lib.text.one_line`)."""

    def to_python(self, value) -> str:
        text = super().to_python(value)
        if text and not one_line(text):
            raise forms.ValidationError("What was typed here cannot be seen. Type letters or digits.")
        return one_line(text)


class LineField(OneLine, forms.CharField):
    pass


class UrlLineField(OneLine, forms.URLField):
    pass


class LinksField(forms.CharField):
    """Links (`lib.links`), typed a line each."""

    widget = forms.Textarea

    def __init__(self, **options):
        hint = (
            f"A line each, at most {links.MOST}: a label, then the address. For example: Homepage https://example.org"
        )
        super().__init__(**{"required": False, "help_text": hint} | options)

    def to_python(self, value) -> list[dict[str, str]]:
        return links.parse(super().to_python(value))

    def prepare_value(self, value) -> str:
        return links.lines(value) if isinstance(value, list) else value

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"rows": links.MOST}
