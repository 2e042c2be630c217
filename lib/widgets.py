"""Form inputs: for a picture, for a colour, for text, and for Markdown with a preview."""

import re

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, TimestampSigner

from lib.images import KEPT_SECONDS, TYPES, Shape, keep, small
from lib.markup import markdown
from lib.refusals import Busy

_COLOUR = re.compile(r"#[0-9a-f]{6}")


class PictureInput(forms.ClearableFileInput):
    """Shows the current picture. A new picture survives if the form is rendered again because of another field's error.

    The picture is stored by then, and a hidden field carries its signed name, so that nobody can claim other pictures.
    """

    template_name = "forms/picture.html"
    owner = ""  # part of the signature: the person or organisation whose picture it is

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
    """An uploaded picture. Its value is the stored name for the model's field, or False if the person removed it.

    It is no ImageField, because that would open the upload in this process.
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
            data.kept = self.stored(data)
            return data.kept
        return data

    def stored(self, upload: UploadedFile) -> str:
        """Returns the name of the stored picture. Raises ValidationError, so that the form keeps all that was typed."""
        try:
            return keep(upload, self.shape)
        except Busy as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def bound_data(self, data, initial):
        """Returns the name of the picture that was just stored, or else the current picture."""
        return (data if isinstance(data, str) else getattr(data, "kept", "")) or initial


class ColourField(forms.CharField):
    """A colour as `#rrggbb`, or "" if the value of `none` was not changed.

    The browser's colour picker cannot be empty, so it starts at `none`, a colour that stands for no choice.
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
            raise forms.ValidationError("Enter a value such as #2f5d8a.")


class TextArea(forms.Textarea):
    """A text area whose value has line ends as they are stored, which is how browsers count for `maxlength`."""

    def value_from_datadict(self, data, files, name):
        """Returns the text with each CRLF, which browsers send, as one character."""
        value = super().value_from_datadict(data, files, name)
        return value and value.replace("\r\n", "\n")


class MarkdownInput(TextArea):
    """A text area with a preview, which appears while the user types, or when a button sends the form with `preview`.

    A view with this input must render its form again for `preview` without saving anything. The preview is below the
    button, unless `has_preview` is false: the template of the form then has it, under the id of the input and `-look`.
    """

    template_name = "forms/markdown.html"

    def __init__(self, attrs=None, *, has_preview: bool = True):
        super().__init__(attrs)
        self.has_preview = has_preview

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"has_preview": self.has_preview, "preview": self.has_preview and markdown(value or "")}
        return context
