from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.forms import ProfileForm
from accounts.models import User
from lib import markup
from lib.http import limited, uploads_limited, verb
from lib.refusals import BadInput

LONGEST_MARKDOWN = 20_000


@login_required
@uploads_limited
def profile(request: HttpRequest) -> HttpResponse:
    """Who the reader is, and what others see of that."""
    person = User.objects.get(pk=request.user.pk)  # another one, so that the page shows nothing that was refused
    form = ProfileForm(request.POST or None, request.FILES or None, instance=person)
    if request.method == "POST" and form.is_valid() and "look" not in request.GET:
        form.save()
        messages.success(request, "Your profile is saved.")
        return redirect("accounts:profile")
    return render(request, "accounts/profile.html", {"form": form}, status=400 if form.errors else 200)


@verb
@limited("markdown", person=120, network=600, period=timedelta(minutes=1))
def markdown(request: HttpRequest) -> HttpResponse:
    """What becomes of the Markdown in the field named by `of`, for those who are typing it (`lib.widgets`)."""
    text = request.POST.get(request.GET.get("of", ""), "")
    if len(text) > LONGEST_MARKDOWN:
        raise BadInput("This text is longer than any that is kept here.")
    return HttpResponse(markup.markdown(text))
