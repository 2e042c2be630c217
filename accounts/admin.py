from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

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


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    add_form = AddForm
    form = ChangeForm
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

    def has_delete_permission(self, request, obj=None):
        """Returns False: only people themselves delete their account, with checks of what depends on it.

        Staff make an account inactive instead.
        """
        return False
