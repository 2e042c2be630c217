from django.http import HttpRequest, HttpResponse

from lib.pages import page
from papers.lists import heatmap
from papers.models import Day


def archive(request: HttpRequest) -> HttpResponse:
    """All days with papers, as a calendar a year."""
    days = list(Day.objects.all())
    version = [(day.date, day.paper_count) for day in days]
    return page(
        request, "papers/lists/archive.html", {"section": "archive", "years": heatmap.years(days)}, version=version
    )
