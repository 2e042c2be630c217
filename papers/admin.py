from django.contrib import admin
from django.utils import timezone

from papers.models import Day, Paper, PaperVersion, SearchEntry

_CONTENT_FIELDS = {"title", "abstract", "version", "withdrawn_at"}


class PaperVersionInline(admin.TabularInline):
    """The kept texts of former versions, which can be deleted."""

    model = PaperVersion
    fields = readonly_fields = ["version", "title", "authors", "replaced_at"]
    extra = 0

    def has_add_permission(self, request, obj=None):
        return False


@admin.register(Paper)
class PaperAdmin(admin.ModelAdmin):
    """Edits the text of papers. Links and counters are read-only, since their changes have consequences."""

    list_display = ["arxiv_id", "plain_title", "listed_on", "vote_count"]
    search_fields = ["arxiv_id", "title"]
    date_hierarchy = "listed_at"
    raw_id_fields = ["submitted_by"]
    inlines = [PaperVersionInline]
    readonly_fields = [
        *("media_urls", "picture_source"),
        *("code_url", "code_source", "code_state", "code_stars", "code_licence", "code_checked_at"),
        *("project_url", "project_source"),
        *("is_listed", "due_on", "locked_reason", "keywords_corrected"),
        "organisation",
        "author_count",
        "imported_votes",
        "vote_count",
        "held_count",
        "imported_comments",
        "comment_count",
        "commenter_count",
        "works_count",
        "partly_count",
        "fails_count",
        *("model_count", "dataset_count", "demo_count"),
        "revision",
        "changed_at",
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("organisation")

    def save_model(self, request, obj, form, change):
        old_date = Paper.objects.filter(pk=obj.pk).values_list("listed_on", flat=True).first()
        if _CONTENT_FIELDS & set(form.changed_data):
            obj.changed_at = timezone.now()
        obj.save(update_fields=[*form.changed_data, "changed_at"] if change else None)
        if change:
            Paper.objects.touch([obj.pk])
        obj.refresh_from_db(fields=["listed_on"])
        SearchEntry.objects.refresh([obj], {obj.pk: list(obj.authors.values_list("name", flat=True))})
        Day.objects.recount({obj.listed_on, old_date} - {None})
