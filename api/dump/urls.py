from django.urls import path

from api.dump import views

urlpatterns = [
    path("dump", views.page, name="dump"),
    path("dump/index.json", views.index, name="dump_index"),
    path("dump/<str:name>", views.file, name="dump_file"),
]
