from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from papers.models import Paper, PersonFollow
from papers.views.lists import show


def person(request: HttpRequest, username: str) -> HttpResponse:
    """A person's public page: the papers they upvoted, if they let it show."""
    found = get_object_or_404(get_user_model(), username=username, is_active=True)
    shows = found.shows_votes or found == request.user
    follow = PersonFollow.objects.standing(request.user, found)
    upvoted = Paper.objects.upvoted_by(found)
    memberships = found.memberships.select_related("organisation").order_by("organisation__name")
    version = (str(found), shows, follow, [membership.organisation.updated_at for membership in memberships])
    context = {"title": str(found), "person": found, "shows": shows, "follow": follow, "memberships": memberships}
    order = ("upvoted", "Last upvoted", ("voted_at", "id"))
    return show(
        request,
        upvoted if shows else upvoted.none(),
        context,
        template="papers/person.html",
        version=version,
        own_order=order,
    )
