from django.urls import path

from orgs import views

app_name = "orgs"
urlpatterns = [path("orgs/<slug:slug>/edit", views.edit, name="edit")]
