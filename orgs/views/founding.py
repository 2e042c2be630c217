from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from orgs.forms import FoundingForm
from orgs.models import Organisation
from orgs.models.organisation import demand_confirmed_address


@login_required
def found(request: HttpRequest) -> HttpResponse:
    """The form for a new organisation, which its founder owns."""
    demand_confirmed_address(request.user)
    form = FoundingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(Organisation.objects.found(request.user, **form.cleaned_data))
        except ValidationError as error:
            form.add_error(None, error)
    return render(request, "orgs/new.html", {"form": form}, status=400 if form.errors else 200)
