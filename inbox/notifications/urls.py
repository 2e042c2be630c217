from django.urls import path

from inbox.notifications import views

urlpatterns = [
    path("notifications", views.notifications, name="notifications"),
    path("notifications/read", views.read_all, name="read_all"),
    path("notifications/<int:pk>/read", views.read, name="read"),
    path("notifications/stop/<token>", views.stop, name="stop"),
    path("settings/notifications", views.choices, name="choices"),
]
