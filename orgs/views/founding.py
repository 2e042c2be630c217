from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from orgs.forms import FoundingForm
from orgs.models import Organisation


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """A new organisation, owned by whoever founds it."""
    if not request.user.confirmed_addresses():
        raise PermissionDenied("Confirm a mail address first (Settings, Email): then you may found an organisation.")
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(Organisation.objects.found(request.user, **form.cleaned_data))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "orgs/new.html", {"form": form}, status=400 if form.errors else 200)
