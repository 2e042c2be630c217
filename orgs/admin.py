from django.contrib import admin

from orgs.models import Claim, Event, FormerSlug, Invitation, Membership, Organisation
from orgs.roles import Role


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

    def save_formset(self, request, form, formset, change):
        """Write into the organisation's log which members were changed in the admin."""
        super().save_formset(request, form, formset, change)
        for membership in [*formset.new_objects, *(changed for changed, _ in formset.changed_objects)]:
            role = Role(membership.role).with_article
            Event.objects.record(request.user, form.instance, f"made {membership.user} {role}, in the admin")
            form.instance.invitations.lapse(membership.user, membership.role)
        for membership in formset.deleted_objects:
            Event.objects.record(request.user, form.instance, f"removed {membership.user}, in the admin")
            form.instance.invitations.lapse(membership.user, None)


class RecordAdmin(admin.ModelAdmin):
    """Rows that say what happened: they can be read and deleted, and not changed."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Event)
class EventAdmin(RecordAdmin):
    list_display = ["created_at", "organisation", "actor_name", "text"]
    list_select_related = ["organisation"]
    search_fields = ["organisation__slug", "actor_name"]


@admin.register(Invitation)
class InvitationAdmin(RecordAdmin):
    list_display = ["organisation", "email", "role", "inviter", "state", "expires_at"]
    list_filter = ["state"]
    search_fields = ["organisation__slug", "email"]
    exclude = ["digest"]


@admin.register(Claim)
class ClaimAdmin(RecordAdmin):
    list_display = ["created_at", "organisation", "user", "state", "decided_by"]
    list_filter = ["state"]
    search_fields = ["organisation__slug", "user__username"]


@admin.register(FormerSlug)
class FormerSlugAdmin(admin.ModelAdmin):
    list_display = ["slug", "organisation", "created_at"]
    search_fields = ["slug", "organisation__slug"]
    raw_id_fields = ["organisation"]
