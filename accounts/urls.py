from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("settings/profile", views.profile, name="profile"),
    path("markdown", views.markdown, name="markdown"),
]
