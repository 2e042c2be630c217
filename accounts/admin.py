from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from accounts import usernames
from accounts.models import User


class AddForm(AdminUserCreationForm):
    def clean_username(self) -> str:
        usernames.validate(self.cleaned_data["username"])
        return super().clean_username()


class ChangeForm(UserChangeForm):
    def clean_username(self) -> str:
        if "username" in self.changed_data:
            usernames.validate(self.cleaned_data["username"])
        return self.cleaned_data["username"]

    def clean_is_active(self) -> bool:
        """Returns the value, unless it would end a suspension, which moderators do on their pages."""
        if self.cleaned_data["is_active"] and self.instance.is_suspended:
            raise ValidationError("This account is suspended. End the suspension on the pages for moderators.")
        return self.cleaned_data["is_active"]


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = AddForm
    form = ChangeForm
    list_display = ["username", "name", "email", "is_staff", "date_joined"]
    readonly_fields = ["is_appointed_moderator", "suspended_until", "suspension_reason"]
    search_fields = ["username", "name", "email"]
    fieldsets = [
        (None, {"fields": ["username", "password", "name", "email", "about", "links", "portrait"]}),
        (
            "Shows",
            {"fields": ["shows_submissions", "shows_votes", "shows_collections", "shows_memberships"]},
        ),
        ("May", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Moderation", {"fields": ["is_appointed_moderator", "suspended_until", "suspension_reason"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]

    def has_delete_permission(self, request, obj=None):
        """Returns False: only people themselves delete their account, with checks of what depends on it.

        Staff make an account inactive instead.
        """
        return False
