"""Model fields that hold one line of text. They normalise every value: from forms, from code and from imports."""

from django.db import models

from lib import forms, mailboxes
from lib.text import one_line


class LineField(models.CharField):
    def to_python(self, value):
        """Returns the value as one line. Django calls this for form input, before writing, and for lookups."""
        value = super().to_python(value)
        return one_line(value) if isinstance(value, str) else value

    def formfield(self, **options):
        return super().formfield(**{"form_class": forms.LineField} | options)


class UrlLineField(LineField, models.URLField):
    def formfield(self, **options):
        return super().formfield(**{"form_class": forms.UrlLineField} | options)


class MailField(models.EmailField):
    """A mail address in the form of `lib.mailboxes.canonical`, in lookups, too."""

    default_validators = [mailboxes.validate]

    def to_python(self, value):
        value = super().to_python(value)
        return mailboxes.canonical(value) if isinstance(value, str) else value

    def formfield(self, **options):
        return super().formfield(**{"form_class": forms.MailField} | options)
