"""The filters of every list of papers, which are parameters of its address and can be combined."""

import django_filters
from django import forms
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q, QuerySet

from lib.forms import DateInput
from orgs.models import Organisation
from papers.models import Paper, Visit
from papers.search.lexicon import author_query
from papers.search.syntax import ANY, HAS, OUTCOMES


class FilterForm(forms.Form):
    viewer = None

    def clean(self):
        data = super().clean()
        if data.get("after") and data.get("before") and data["after"] > data["before"]:
            self.add_error("before", "This is before the first day.")
        return data

    def clean_seen(self):
        value = self.cleaned_data["seen"]
        if value and not self.viewer.is_authenticated:
            raise forms.ValidationError("Sign in to filter by what you have seen.")
        return value


class PaperFilter(django_filters.FilterSet):
    org = django_filters.CharFilter(
        label="Organisation",
        method="match_org",
        max_length=96,
        widget=forms.TextInput(attrs={"list": "organisations", "autocomplete": "off"}),
    )
    author = django_filters.CharFilter(label="Author", method="match_author", max_length=200)
    topic = django_filters.CharFilter(label="Topic", method="match_topic", max_length=120)
    min_votes = django_filters.NumberFilter(
        label="Minimum upvotes",
        field_name="vote_count",
        lookup_expr="gte",
        min_value=0,
        max_value=2**31 - 1,
        decimal_places=0,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    has = django_filters.ChoiceFilter(
        label="Has", choices=[(name, name) for name in HAS], empty_label="anything", method="match_has"
    )
    repro = django_filters.ChoiceFilter(
        label="Reproduction reports",
        choices=[(outcome, outcome) for outcome in OUTCOMES],
        empty_label="any",
        method="match_repro",
    )
    after = django_filters.DateFilter(
        label="Listed from",
        method="match_after",
        widget=DateInput,
    )
    before = django_filters.DateFilter(
        label="Listed until",
        method="match_before",
        widget=DateInput,
    )

    seen = django_filters.ChoiceFilter(
        label="Seen",
        choices=[("no", "not yet"), ("new", "new since my last visit")],
        empty_label="any",
        method="match_seen",
    )

    class Meta:
        model = Paper
        fields = []
        form = FilterForm

    def __init__(self, data=None, queryset=None, *, viewer):
        """The filter for this viewer. A form for strangers asks what they have seen only if the address does."""
        super().__init__(data, queryset)
        self.form.viewer = self.viewer = viewer
        if not viewer.is_authenticated and not self.data.get("seen"):
            del self.form.fields["seen"]

    def match_org(self, papers, name, org):
        """Papers of the organisation with this slug, former slug or full name."""
        return papers.affiliated_with(organisations_called(org).values_list("pk", flat=True))

    def match_author(self, papers, name, author):
        """Papers that have these words side by side among their authors' names."""
        return papers.filter(entry__words=SearchQuery(author_query(author), config="simple", search_type="raw"))

    def match_topic(self, papers, name, topic):
        return papers.about(topic)

    def match_seen(self, papers, name, value):
        if value == "no":
            return papers.unseen_by(self.viewer)
        since = Visit.objects.since(self.viewer)
        return papers.listed_after(since) if since else papers

    def match_has(self, papers, name, attribute):
        return papers.with_code() if attribute == "code" else papers.with_artefacts(attribute)

    def match_repro(self, papers, name, outcome):
        return papers.reported() if outcome == ANY else papers.reported_as(outcome)

    def match_after(self, papers, name, day):
        return papers.since(day)

    def match_before(self, papers, name, day):
        return papers.until(day)


def organisation_name(org: str) -> str:
    """The name of the organisation with this slug, former slug or name; or else `org`."""
    return organisations_called(org).values_list("name", flat=True).first() or org


def organisations_called(org: str) -> QuerySet[Organisation]:
    return Organisation.objects.filter(Q(slug__iexact=org) | Q(name__iexact=org) | Q(former_slugs__slug__iexact=org))
