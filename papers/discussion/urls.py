from django.urls import path

from papers.discussion.views import listing, moderation, reading, seen, writing

urlpatterns = [
    path("papers/<arxiv:ref>/comments", reading.comments, name="comments"),
    path("papers/<arxiv:ref>/comments/new", writing.write, name="write_comment"),
    path("papers/<arxiv:ref>/report", writing.report, name="report"),
    path("comments", listing.newest, name="newest_comments"),
    path("comments/<int:pk>", reading.comment, name="comment"),
    path("comments/<int:pk>/history", reading.history, name="comment_history"),
    path("comments/<int:pk>/reply", writing.reply, name="reply"),
    path("comments/<int:pk>/edit", writing.edit, name="edit_comment"),
    path("comments/<int:pk>/retract", writing.retract, name="retract_comment"),
    path("comments/<int:pk>/vote", writing.vote, {"change": "make"}, name="vote_comment"),
    path("comments/<int:pk>/vote/withdraw", writing.vote, {"change": "unmake"}, name="withdraw_vote_comment"),
    path("papers/visit", seen.visit, name="visit"),
    path("papers/date/<str:text>/done", seen.finish_day, name="finish_day"),
    path("papers/date/<str:text>/done/undo", seen.reopen_day, name="reopen_day"),
    path("papers/catch-up", seen.catch_up, name="catch_up"),
    path("papers/dismissed", seen.dismissed, name="dismissed"),
    path("moderation/comments", moderation.log, name="comment_log"),
]
