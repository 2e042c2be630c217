"""Model fields that hold one line of text, whatever writes to them: no form, verb or import can store another."""

from django.db import models

from lib import forms
from lib.text import one_line


class LineField(models.CharField):
    def to_python(self, value):
        """Django calls this for values from forms, for those that are written, and for those that are looked up."""
        value = super().to_python(value)
        return one_line(value) if isinstance(value, str) else value

    def formfield(self, **options):
        return super().formfield(**{"form_class": forms.LineField} | options)


class UrlLineField(LineField, models.URLField):
    def formfield(self, **options):
        return super().formfield(**{"form_class": forms.UrlLineField} | options)
