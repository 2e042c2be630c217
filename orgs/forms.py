from django import forms
from django.utils import timezone

from lib.forms import DateInput, LineField, LinksField, UrlLineField
from lib.images import COVER, LOGO
from lib.widgets import ColourField, MarkdownInput, PictureField, TextArea
from lib.words import ascii_slug
from orgs.models import Claim, Organisation
from orgs.models.curated import MOST, STATE
from orgs.names import plain
from orgs.roles import Role

HOUSE_ACCENT = "#9a1b1e"  # --accent of static/css/tokens.css


class OrganisationForm(forms.ModelForm):
    """The fields of a draft, except for its papers and collections, which have pages of their own."""

    website = UrlLineField(required=False, assume_scheme="https", help_text="For example https://example.org")
    links = LinksField()
    logo = PictureField(LOGO)
    cover = PictureField(
        COVER,
        help_text="Shown cropped to four times as wide as high. At most 5 MB; 1,600 pixels wide is best.",
    )
    accent = ColourField(
        none=HOUSE_ACCENT,
        help_text="Used for links and buttons of your page, darker or lighter where they would be hard to read. "
        "Choose Broadsheet's red for none.",
    )

    class Meta:
        model = Organisation
        fields = [name for name in STATE if name not in MOST]
        widgets = {"description": MarkdownInput({"rows": 8}), "announced_until": DateInput()}
        help_texts = {
            "announcement": "One line above your papers. Write links as [text](https://example.org).",
            "announced_until": "Last day on which it is shown (UTC). Leave empty to keep it.",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("logo", "cover"):
            self.fields[name].widget.owner = f"organisation {self.instance.pk}"

    def clean_announced_until(self):
        last_day = self.cleaned_data["announced_until"]
        if last_day and "announced_until" in self.changed_data and last_day < timezone.now().date():
            raise forms.ValidationError("This day is in the past.")
        return last_day

    def clean(self) -> None:
        data = super().clean()
        if "name" in self.changed_data and "name" in data:
            try:
                Organisation.objects.refuse_imitation("name", data["name"], but=self.instance.pk)
            except forms.ValidationError as error:
                self.add_error(None, error)

    def values(self) -> dict:
        """The cleaned values as a draft keeps them."""
        state = self.instance.state()
        return {name: state[name] for name in self.fields}


class FoundingForm(forms.Form):
    name = LineField(max_length=120, validators=[plain])
    slug = forms.RegexField(
        r"^[a-z0-9]+(?:-[a-z0-9]+)*$",
        required=False,
        max_length=96,
        label="Address",
        error_messages={"invalid": "An address has lowercase letters a to z, digits, and single hyphens between them."},
        help_text="The part after /orgs/. Leave empty to make it from the name.",
    )

    def clean_slug(self):
        slug = self.cleaned_data["slug"] or ascii_slug(self.cleaned_data.get("name", ""), 96)
        if not slug and "name" in self.cleaned_data:
            raise forms.ValidationError("No address can be made from this name. Enter one.")
        return slug


class InvitationForm(forms.Form):
    invited = LineField(max_length=254, label="Username or email address")
    role = forms.ChoiceField(label="Role")

    def __init__(self, *args, roles: list[Role], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in reversed(roles)]


class ClaimForm(forms.ModelForm):
    class Meta:
        model = Claim
        fields = ["reason"]
        labels = {"reason": "Why should this page be yours?"}
        widgets = {"reason": TextArea({"rows": 5})}


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Claim
        fields = ["answer"]
        labels = {"answer": "Answer"}
        widgets = {"answer": TextArea({"rows": 2})}


class RefusalForm(AnswerForm):
    """An answer that refuses a claim, which cannot be empty."""

    answer = forms.CharField(max_length=2000, widget=TextArea({"rows": 2}))


def _by_slug(label: str) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Organisation.objects.all(),
        to_field_name="slug",
        widget=forms.TextInput,
        label=label,
        error_messages={"invalid_choice": "No organisation has this address."},
    )


class MergeForm(forms.Form):
    old = _by_slug("Address of the organisation to remove")
    into = _by_slug("Address of the organisation to keep")

    def clean(self):
        old, into = self.cleaned_data.get("old"), self.cleaned_data.get("into")
        if old and old == into:
            raise forms.ValidationError("These are the same organisation.")
