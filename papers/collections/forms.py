import json

from django import forms
from django.core.exceptions import ValidationError

from lib.conflicts import digests, merge, read
from lib.forms import Refusable
from lib.widgets import MarkdownInput, TextArea
from orgs.models import Organisation
from orgs.roles import KEEP
from papers.models import Collection


class OvertakenForm:
    """A form of something that others may change while it is filled in.

    It then says what they have written and keeps what was typed here; sent again, it replaces theirs.
    """

    is_overtaken = False

    @property
    def status(self) -> int:
        return 409 if self.is_overtaken else 400 if self.errors else 200

    def overtake_field(self, name: str, now: str) -> None:
        self.is_overtaken = True
        self.add_error(name, f"This was changed to “{now}” in the meantime. Save again to replace it.")

    def put(self, name: str, value) -> None:
        """Set the value that a hidden field has when the form is shown again."""
        self.data = self.data.copy()
        self.data[name] = value


class CollectionForm(Refusable, OvertakenForm, forms.ModelForm):
    """Name, description and visibility. `base` holds digests of the values that the form was made from.

    While moderators hold the collection, its visibility is disabled, so that browsers do not send it.
    """

    base = forms.CharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Collection
        fields = ["name", "description", "visibility"]
        widgets = {"description": MarkdownInput({"rows": 6}), "visibility": forms.RadioSelect}

    def __init__(self, *args, instance: Collection, **kwargs):
        super().__init__(*args, instance=instance, **kwargs)
        self.initial["base"] = json.dumps(digests(self._state()))
        if instance.held_reason:
            self.fields["visibility"].required = False
            self.fields["visibility"].widget.attrs["disabled"] = True

    def _state(self) -> dict:
        return {name: getattr(self.instance, name) for name in self.Meta.fields}

    def clean_name(self) -> str:
        return _unused(self.cleaned_data["name"], self.instance.owner.collections.exclude(pk=self.instance.pk))

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or self._state()["visibility"]

    def clean(self) -> dict:
        """Leave fields that only others have changed as they are now; refuse those that both have changed."""
        data, state = super().clean(), self._state()
        base = read(data.get("base", ""))
        _, both, others = merge({name: data[name] for name in state if name in data}, state, base)
        for name in both:
            now = self.instance.get_visibility_display() if name == "visibility" else state[name]
            self.overtake_field(name, now)
        self.put("base", json.dumps(base | digests({name: state[name] for name in both})))
        return data | {name: state[name] for name in others}

    def values(self) -> dict:
        """The cleaned values, as `Collection.edit` takes them."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class NewCollectionForm(forms.ModelForm):
    owner = forms.ChoiceField(label="Owner", required=False)

    class Meta(CollectionForm.Meta):
        pass

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        self.owners = {"": user} | {org.slug: org for org in Organisation.objects.allowing(user, KEEP)}
        self.fields["owner"].choices = [
            (slug, "Mine" if not slug else str(owner)) for slug, owner in self.owners.items()
        ]
        if len(self.owners) == 1:
            del self.fields["owner"]

    def clean(self) -> None:
        data = super().clean()
        if "name" in data:
            try:
                _unused(data["name"], self._owner.collections)
            except ValidationError as error:
                self.add_error("name", error)

    def save(self, commit: bool = True) -> Collection:
        data = self.cleaned_data
        return Collection.objects.begin(
            self.user, self._owner, data["name"], description=data["description"], visibility=data["visibility"]
        )

    @property
    def _owner(self):
        return self.owners[self.cleaned_data.get("owner", "")]


def _unused(name: str, collections) -> str:
    """The name. Raises ValidationError if one of the collections has it already."""
    if collections.filter(name__iexact=name).exists():
        raise ValidationError(f"A collection named “{name}” already exists.")
    return name


class NoteForm(OvertakenForm, forms.Form):
    """A note on a paper. `was` holds the note that the form was made from."""

    note = forms.CharField(
        required=False,
        max_length=2_000,
        widget=TextArea({"rows": 4}),
        help_text="Markdown and formulas are supported.",
    )
    was = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean_was(self) -> str:
        return self.cleaned_data["was"].replace("\r\n", "\n")

    def overtake(self, now: str) -> None:
        self.overtake_field("note", now)
        self.put("was", now)
