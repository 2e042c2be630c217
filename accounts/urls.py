from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/profile", views.profile, name="profile"),
    path("settings/security", views.security, name="security"),
    path("settings/security/sign-out", views.sign_out_elsewhere, name="sign_out_elsewhere"),
    path("settings/sign-in-again", views.sign_in_again, name="sign_in_again"),
    path("markdown", views.markdown, name="markdown"),
]
