"""Inputs of our own: a picture, a colour, Markdown that shows what becomes of it."""

import re

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, TimestampSigner

from lib.images import KEPT_SECONDS, TYPES, Shape, keep, small
from lib.markup import markdown

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class PictureInput(forms.ClearableFileInput):
    """Shows the picture that is there; one just uploaded stays in a form that comes back for another reason.

    It is kept by then, and the form names it under a signature, so that nobody can name a picture of others'.
    """

    template_name = "forms/picture.html"
    owner = ""  # whom its pictures belong to

    def value_from_datadict(self, data, files, name):
        value = super().value_from_datadict(data, files, name)
        if value is not None or not data.get(f"{name}-kept"):
            return value
        try:
            return self._signer(name).unsign(data[f"{name}-kept"], max_age=KEPT_SECONDS)
        except BadSignature:
            return None

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        kept = value if isinstance(value, str) else ""
        context["widget"]["kept"] = kept and self._signer(name).sign(kept)
        url = default_storage.url(kept) if kept else value.url if context["widget"]["is_initial"] else ""
        context["widget"]["picture"] = url and small(url)
        return context

    def _signer(self, name: str) -> TimestampSigner:
        return TimestampSigner(salt=f"{self.owner} {name}")


class PictureField(forms.FileField):
    """An upload, kept in this shape. Its value is a name for the model's field, or False where it is to go.

    Not an ImageField, which would open the upload in this process.
    """

    widget = PictureInput

    def __init__(self, shape: Shape, **options):
        self.shape = shape
        hint = "PNG, JPEG, WebP, GIF or AVIF, at most 5 MB."
        super().__init__(required=False, **{"help_text": hint} | options)
        self.widget.attrs["accept"] = ",".join(TYPES)

    def clean(self, data, initial=None):
        if isinstance(data, str):
            return data
        data = super().clean(data, initial)
        if isinstance(data, UploadedFile):
            data.kept = keep(data, self.shape)
            return data.kept
        return data

    def bound_data(self, data, initial):
        """The picture that was just kept, as its name; else the one that is there."""
        return (data if isinstance(data, str) else getattr(data, "kept", "")) or initial


class ColourField(forms.CharField):
    """A colour as `#rrggbb`, or "" where the one that stands for none was left.

    The browser's own picker has no way to choose nothing, so it starts at that one.
    """

    widget = forms.TextInput({"type": "color"})

    def __init__(self, *, none: str, **options):
        self.none = none
        super().__init__(required=False, **options)

    def prepare_value(self, value):
        return value or self.none

    def to_python(self, value) -> str:
        colour = super().to_python(value).lower()
        return "" if colour == self.none else colour

    def validate(self, value):
        super().validate(value)
        if value and not _COLOUR.fullmatch(value):
            raise forms.ValidationError("A colour looks like #2f5d8a.")


class MarkdownInput(forms.Textarea):
    """Shows beneath what becomes of the text: as one types, or at the press of a button that sends the form to `?look`.

    A page that has one draws its form again for `?look`, and keeps nothing.
    """

    template_name = "forms/markdown.html"

    def value_from_datadict(self, data, files, name):
        """With line ends as they are kept, whatever the browser sends."""
        value = super().value_from_datadict(data, files, name)
        return value and value.replace("\r\n", "\n")

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["drawn"] = markdown(value or "")
        return context
