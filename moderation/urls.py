from django.urls import path

from moderation.views import flagging, log, queue

app_name = "moderation"
urlpatterns = [
    path("flag/<kind:subject>/<path:handle>", flagging.flag, name="flag"),
    path("moderation", queue.queue, name="queue"),
    path("moderation/log", log.log, name="log"),
    path("moderation/log.<str:format>", log.feed, name="feed"),
    path("moderation/log/<int:pk>", log.action, name="action"),
    path("moderation/log/<kind:subject>/<int:pk>", log.decision, name="decision"),
    path("moderation/log/<int:pk>/answer", log.answer, name="answer"),
    path("moderation/log/<int:pk>/undo", queue.undo, name="undo"),
    path("moderation/suspended/<str:token>", log.suspended, name="suspended"),
    path("moderation/<kind:subject>/<int:pk>", queue.subject, name="subject"),
    path("moderation/<kind:subject>/<int:pk>/<slug:decision>", queue.act, name="act"),
]
