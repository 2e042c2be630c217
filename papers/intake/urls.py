from django.urls import path

from papers.intake import views

urlpatterns = [
    path("settings/import", views.import_papers, name="import_papers"),
    path("settings/import/<str:key>", views.intake, name="intake"),
    path("settings/import/<str:key>/write", views.write, name="write_intake"),
    path("settings/import/<str:key>/discard", views.discard, name="discard_intake"),
]
