from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.core.exceptions import ValidationError

from accounts import usernames
from accounts.models import User
from accounts.models.heldprofile import FIELDS


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

    def clean(self) -> dict:
        """Returns the values, unless they would fill in what moderators have hidden."""
        if self.instance.held_profile and set(FIELDS).intersection(self.changed_data):
            raise ValidationError("Moderators have hidden this profile. Show it again on the pages for moderators.")
        return super().clean()


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

    def save_model(self, request, obj, form, change):
        """Write a new account, or the fields that were changed alone.

        Raises NotAllowed if moderators have hidden the profile and one of its texts is among them.
        """
        changed = None
        if change:
            User.objects.filter(pk=obj.pk).lock()
            obj.demand_own_profile(form.changed_data)
            changed = {field.name for field in obj._meta.concrete_fields}.intersection(form.changed_data)
        obj.save(update_fields=changed)

    def has_delete_permission(self, request, obj=None):
        """Returns False: only people themselves delete their account, with checks of what depends on it.

        Staff make an account inactive instead.
        """
        return False
