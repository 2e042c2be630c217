from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.factors import acts_as_moderator
from moderation.forms import FlagForm
from moderation.limits import count_flag
from moderation.models import Flag
from moderation.subjects import Kind


def _initial(request: HttpRequest, earlier: Flag | None) -> dict[str, str]:
    """The values of the earlier flag, but the reason that the address names, if it names one."""
    values = {"reason": earlier.reason, "details": earlier.details} if earlier else {}
    return values | ({"reason": request.GET["reason"]} if "reason" in request.GET else {})


@login_required
def flag(request: HttpRequest, subject: Kind, handle: str) -> HttpResponse:
    """Show the form that flags something for moderators, and send it."""
    row = subject.find_for(request.user, handle)
    if row is None:
        raise Http404
    subject.demand_not_own(row, request.user)
    url, earlier = subject.url(row), Flag.objects.open_of(request.user, subject, row.pk)
    form = FlagForm(request.POST or None, kind=subject, initial=_initial(request, earlier))
    if request.method == "POST" and form.is_valid():
        count_flag(request)
        is_new = Flag.objects.make(request.user, subject, row.pk, **form.cleaned_data)
        messages.success(request, "Thank you. Moderators will look at it." if is_new else "Your flag was changed.")
        return HttpResponseRedirect(url)
    context = {"form": form, "label": subject.label(row), "url": url, "earlier": earlier}
    if acts_as_moderator(request):
        context["moderate_url"] = reverse("moderation:subject", args=[subject.key, row.pk])
    return render(request, "moderation/flag.html", context, status=400 if form.errors else 200)
