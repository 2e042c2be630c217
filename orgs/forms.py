from django import forms

from lib.forms import DateInput, LinksField
from lib.images import COVER, LOGO
from lib.widgets import ColourField, MarkdownInput, PictureField
from orgs.models import Organisation

HOUSE_ACCENT = "#9a1b1e"  # --accent of static/css/tokens.css


class OrganisationForm(forms.ModelForm):
    """What a draft holds, but for the papers and collections, which have pages of their own."""

    website = forms.URLField(required=False, assume_scheme="https", help_text="For example https://example.org")
    links = LinksField()
    logo = PictureField(LOGO)
    cover = PictureField(
        COVER,
        help_text="The middle of it is shown, four times as wide as high. At most 5 MB; 1,600 pixels wide is best.",
    )
    accent = ColourField(
        none=HOUSE_ACCENT,
        help_text="For links and buttons of your page, a shade darker or lighter where it could not be read. "
        "Leave the red for Broadsheet's own.",
    )

    class Meta:
        model = Organisation
        fields = [
            "name",
            "description",
            "website",
            "links",
            "logo",
            "cover",
            "accent",
            "announcement",
            "announced_until",
        ]
        widgets = {"description": MarkdownInput({"rows": 8}), "announced_until": DateInput()}
        help_texts = {
            "announcement": "One line above your papers. Links may be written as [words](https://example.org).",
            "announced_until": "The last day on which it is shown (UTC). Without one it stays.",
        }

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        for name in ("logo", "cover"):
            self.fields[name].widget.owner = f"organisation {self.instance.pk}"

    def values(self) -> dict:
        """The cleaned values as a draft keeps them."""
        state = self.instance.state()
        return {name: state[name] for name in self.fields}
