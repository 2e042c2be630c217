"""The form renderer with the site's own field template, and the form fields that it adds to Django's."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_date

from lib import mailboxes, profile_links
from lib.refusals import Refusal
from lib.text import one_line


class HouseRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"


class RefusableForm(forms.Form):
    """A form that shows a `refusal` of its verb as an error, and keeps what was typed."""

    refusal: Refusal | None = None

    def refuse(self, refusal: Refusal) -> None:
        self.refusal = refusal
        self.add_error(None, str(refusal))


class DateInput(forms.DateInput):
    """The browser's own date picker. A value that is no date is left out, since browsers log an error for it."""

    input_type = "date"

    def format_value(self, value):
        text = super().format_value(value) or ""
        try:
            return text if parse_date(text) else ""
        except ValueError:
            return ""


class OneLine:
    """Mixin for form fields of text that makes their value one line (`lib.text.one_line`)."""

    def to_python(self, value) -> str:
        text = super().to_python(value)
        if text and not one_line(text):
            raise forms.ValidationError("Enter letters or digits.")
        return one_line(text)


class LineField(OneLine, forms.CharField):
    pass


class UrlLineField(OneLine, forms.URLField):
    pass


class MailField(forms.EmailField):
    """A mail address, whose value is the form in which addresses are compared (`lib.mailboxes`)."""

    default_validators = [mailboxes.validate]

    def __init__(self, **options):
        super().__init__(**{"max_length": 254} | options)

    def to_python(self, value) -> str:
        return mailboxes.canonical(super().to_python(value))


class LinksField(forms.CharField):
    """A text area for links (`lib.profile_links`), one a line."""

    widget = forms.Textarea

    def __init__(self, **options):
        hint = (
            f"One per line, at most {profile_links.MAX_LINKS}: a label, then the address. "
            "For example: Homepage https://example.org"
        )
        super().__init__(**{"required": False, "help_text": hint} | options)

    def to_python(self, value) -> list[dict[str, str]]:
        return profile_links.parse(super().to_python(value))

    def prepare_value(self, value) -> str:
        return profile_links.lines(value) if isinstance(value, list) else value

    def widget_attrs(self, widget) -> dict:
        return super().widget_attrs(widget) | {"rows": profile_links.MAX_LINKS}
