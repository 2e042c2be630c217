from django.contrib import admin

from orgs.models import Organisation


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "verified", "website"]
    list_filter = ["verified"]
    search_fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}
