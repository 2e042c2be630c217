from django.urls import path

from papers.ingest import views

urlpatterns = [
    path("papers/submit", views.submit, name="submit"),
    path("papers/submit/<slug:key>", views.submission, name="submission"),
    path("papers/submit/<slug:key>/discard", views.discard, name="discard_submission"),
]
