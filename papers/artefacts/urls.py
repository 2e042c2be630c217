from django.urls import path

from papers.artefacts import views

urlpatterns = [
    path("papers/<arxiv:ref>/artefacts", views.artefacts, name="artefacts"),
    path("papers/<arxiv:ref>/artefacts/remove", views.remove, name="remove_artefact"),
]
