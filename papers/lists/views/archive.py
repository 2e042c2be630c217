from django.http import HttpRequest, HttpResponse

from lib.pages import page
from papers.lists import charts
from papers.models import Day


def archive(request: HttpRequest) -> HttpResponse:
    """All days with papers, in a calendar for each year."""
    days = list(Day.objects.all())
    version = [(day.date, day.paper_count) for day in days]
    context = {"section": "archive", "calendars": charts.calendars(days)}
    return page(request, "papers/lists/archive.html", context, version=version)
