from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin

from accounts.models import User


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    list_display = ["username", "name", "email", "is_staff", "date_joined"]
    search_fields = ["username", "name", "email"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email", "about", "links", "portrait"]}),
        (
            "Shows",
            {"fields": ["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"]},
        ),
        ("May", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]

    def delete_model(self, request, obj):
        obj.leave()

    def delete_queryset(self, request, queryset):
        for user in queryset:
            user.leave()
