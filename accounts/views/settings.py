from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.forms import ProfileForm
from accounts.models import SecurityEvent, User
from accounts.securitylog import end_other_sessions
from lib import keyset, markup
from lib.http import form_page
from lib.limits import limited, uploads_limited
from lib.redirects import local_path
from lib.refusals import BadInput, Refusal
from lib.verbs import verb

EVENTS = 50
MAX_MARKDOWN = 20_000  # characters


@login_required
@uploads_limited
def profile(request: HttpRequest) -> HttpResponse:
    """Show and save the form of the user's profile."""
    person = User.objects.get(pk=request.user.pk)  # the form changes it even if it is refused; the page shows another
    form = ProfileForm(request.POST or None, request.FILES or None, instance=person)
    if request.method == "POST" and form.is_valid() and "preview" not in request.POST:
        try:
            form.save()
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, "Profile saved.")
            return redirect("accounts:profile")
    return form_page(request, "accounts/profile.html", {"form": form})


@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show the security log of the account, the latest events first, and a button that ends other sessions."""
    events = SecurityEvent.objects.filter(user=request.user)
    page = keyset.page(events, ("created_at", "id"), request.GET.get("older", ""), EVENTS)
    return render(request, "accounts/security.html", {"page": page})


@login_required
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """Show a button that signs out and leads to sign-in and then to `next`, for people who cannot reauthenticate."""
    target = local_path(request, request.GET.get("next", "")) or reverse("accounts:security")
    if request.method == "POST":
        logout(request)
        return redirect_to_login(target)
    return render(request, "accounts/sign_in_again.html")


@verb
@reauthentication_required
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """End all other sessions, and the addresses of the user's private feeds. This session goes on."""
    end_other_sessions(request)
    messages.success(request, "You are signed out everywhere else, and your private feeds have new addresses.")
    return redirect("accounts:security")


@verb
@limited("markdown", person=120, network=600, period=timedelta(minutes=1))
def markdown(request: HttpRequest) -> HttpResponse:
    """Answer with the HTML of the Markdown in the field that `of` names: the preview of `lib.widgets.MarkdownInput`."""
    text = request.POST.get(request.GET.get("of", ""), "")
    if len(text) > MAX_MARKDOWN:
        raise BadInput("This text is too long.")
    return HttpResponse(markup.markdown(text))
