from django.urls import path, re_path

from orgs.views import claims, founding, invitations, log, members, moderation, page

app_name = "orgs"
urlpatterns = [
    path("orgs/new", founding.found, name="new"),
    path("orgs/<slug:slug>/edit", page.edit, name="edit"),
    path("orgs/<slug:slug>/publish", page.publish, name="publish"),
    path("orgs/<slug:slug>/discard", page.discard, name="discard"),
    path("orgs/<slug:slug>/undo", page.undo, name="undo"),
    re_path(r"^orgs/(?P<slug>[-\w]+)/accent-(?P<colour>[0-9a-f]{6})\.css$", page.accent, name="accent"),
    path("orgs/<slug:slug>/log", log.log, name="log"),
    path("orgs/<slug:slug>/claim", claims.claim, name="claim"),
    path("orgs/<slug:slug>/claim/prove", claims.prove, name="prove_claim"),
    # who belongs to it
    path("orgs/<slug:slug>/members", members.members, name="members"),
    path("orgs/<slug:slug>/members/<str:username>/role", members.appoint, name="appoint"),
    path("orgs/<slug:slug>/members/<str:username>/remove", members.remove, name="remove_member"),
    path("orgs/<slug:slug>/leave", members.leave, name="leave"),
    path("orgs/<slug:slug>/invite", invitations.invite, name="invite"),
    path("orgs/<slug:slug>/invitations/<int:pk>/revoke", invitations.revoke, name="revoke_invitation"),
    path("orgs/<slug:slug>/join", invitations.join, name="join"),
    path("orgs/<slug:slug>/decline", invitations.decline, name="decline"),
    path("invitations/<slug:token>", invitations.invitation, name="invitation"),
    path("invitations/<slug:token>/accept", invitations.accept, name="accept_invitation"),
    path("invitations/<slug:token>/refuse", invitations.refuse, name="refuse_invitation"),
    # what moderators decide
    path("moderation/claims", moderation.claims, name="claims"),
    path("moderation/claims/<int:pk>/grant", moderation.grant, name="grant_claim"),
    path("moderation/claims/<int:pk>/refuse", moderation.refuse, name="refuse_claim"),
    path("moderation/merge", moderation.merging, name="merge"),
    path("moderation/merge/carry-out", moderation.carry_out, name="carry_out_merge"),
]
