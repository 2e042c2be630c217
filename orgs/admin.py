from django.contrib import admin

from orgs.models import Membership, Organisation


class MembershipInline(admin.TabularInline):
    model = Membership
    raw_id_fields = ["user"]
    extra = 1


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "slug", "verified", "website"]
    list_filter = ["verified"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug", "website", "description", "verified"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [MembershipInline]
