from django.urls import path

from accounts.views import moderators, settings

app_name = "accounts"
urlpatterns = [
    path("settings/profile", settings.profile, name="profile"),
    path("settings/security", settings.security, name="security"),
    path("settings/security/sign-out", settings.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("settings/sign-in-again", settings.sign_in_again, name="sign_in_again"),
    path("markdown", settings.markdown, name="markdown"),
    path("moderation/moderators", moderators.moderators, name="moderators"),
    path("moderation/moderators/appoint", moderators.appoint, name="appoint_moderator"),
    path("moderation/moderators/<str:username>/dismiss", moderators.dismiss, name="dismiss_moderator"),
]
