from functools import cache
from zoneinfo import available_timezones

from django import forms

from inbox.addresses import subscribable
from inbox.models import Subscription
from inbox.models.subscription import MOST_PAPERS
from lib.forms import LineField


@cache
def zones() -> dict[str, str]:
    """IANA's names, by themselves in lower case."""
    return {name.lower(): name for name in sorted(available_timezones()) if "/" in name or name == "UTC"}


@cache
def common_zones() -> list[str]:
    """Those that people look for."""
    return [name for name in zones().values() if not name.startswith(("Etc/", "US/", "SystemV/"))]


class LetterForm(forms.ModelForm):
    """How a list comes by mail. What is left out is as the subscription has it.

    Raises Http404 while it is read where the list is not there any more, for this viewer.
    """

    hour = forms.TypedChoiceField(
        label="At", choices=[(hour, f"{hour:02}:00") for hour in range(24)], coerce=int, required=False
    )
    zone = LineField(
        label="Time zone",
        max_length=64,
        required=False,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    most = forms.IntegerField(label="Papers at most", min_value=1, max_value=MOST_PAPERS, required=False)
    min_votes = forms.IntegerField(label="Upvotes at least", min_value=0, max_value=2**31 - 1, required=False)

    class Meta:
        model = Subscription
        fields = ["cadence", "hour", "zone", "most"]
        labels = {"cadence": "It comes"}

    def __init__(self, *args, viewer, **options):
        super().__init__(*args, **options)
        self.viewer = viewer
        self.initial["min_votes"] = subscribable.min_votes(self.instance.address)
        self.fields["cadence"].required = False
        if self.is_bound:
            kept = {name: self.initial[name] for name in LetterForm.Meta.fields if not self.data.get(name)}
            self.data = self.data.copy()
            for name, value in kept.items():
                self.data[name] = value

    def clean_zone(self) -> str:
        known = zones().get(self.cleaned_data["zone"].lower())
        if known is None:
            raise forms.ValidationError("This is no time zone that we know. They look like Europe/Lisbon.")
        return known

    def clean(self):
        told = super().clean()
        changes = {}
        if "min_votes" in self.data and "min_votes" not in self.errors:
            changes["min_votes"] = str(told["min_votes"] or "")
        self._take(subscribable.find(self.instance.address, self.viewer, **changes))
        return told

    def _take(self, wanted: subscribable.Wanted) -> None:
        self.instance.address, self.instance.title = wanted.address, wanted.title
        self.instance.user = wanted.user


class SubscribeForm(LetterForm):
    """A list that somebody wants at an address. A preview needs no address.

    Raises Http404 and BadInput for lists as `subscribable.find` does.
    """

    list = forms.CharField(widget=forms.HiddenInput, required=False)

    class Meta(LetterForm.Meta):
        fields = ["email", *LetterForm.Meta.fields]
        labels = LetterForm.Meta.labels | {"email": "Mail address"}

    def __init__(self, data=None, *, viewer, address: str, is_preview: bool = False):
        wanted = subscribable.find(address or "/papers", viewer)
        subscription = Subscription(address=wanted.address, title=wanted.title)
        if viewer.is_authenticated:
            subscription.email = viewer.email
        super().__init__(data, instance=subscription, viewer=viewer)
        self.initial |= {"list": wanted.address, "cadence": subscribable.cadence(address) or self.initial["cadence"]}
        if is_preview:  # what else may stand there is of no matter yet
            self.fields["email"] = forms.CharField(label="Mail address", required=False, widget=forms.EmailInput)
        self.fields["email"].widget.attrs |= {"autocomplete": "email", "placeholder": "you@example.org"}
        if not self.is_bound:
            self.fields["zone"].widget.attrs["data-preset"] = True
        self.own = viewer.confirmed_addresses() if viewer.is_authenticated else []

    @property
    def is_own(self) -> bool:
        """Whether the viewer has confirmed the address, so that no mail need ask."""
        return self.instance.email in self.own

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self):
        told = super().clean()
        email = told.get("email")
        if self.instance.user and email and email not in self.own:
            self.add_error("email", "Not everybody may read this list: it comes to an address of your account only.")
        return told


class ReminderForm(forms.Form):
    email = forms.EmailField(label="Mail address", widget=forms.EmailInput({"autocomplete": "email"}))
