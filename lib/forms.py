"""How every form of the site looks: our own field template. And the fields of our own."""

from django import forms
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.signing import BadSignature, TimestampSigner
from django.forms.renderers import TemplatesSetting
from django.utils.dateparse import parse_date

from lib.images import TYPES, Shape, keep, small

KEPT_SECONDS = 24 * 3600  # how long a form may stand open that has a picture in it


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
        kept = value if isinstance(value, str) else getattr(value, "kept", "")
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
