from procrastinate.contrib.django import app

from lib.jobs import RETRY
from papers.models import DataExport
from papers.people import takeout


@app.task(pass_context=False, retry=RETRY)
def make_export(token: str) -> None:
    for export in DataExport.objects.filter(token=token):
        takeout.make(export)


@app.periodic(cron="37 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_exports(timestamp: int) -> None:
    DataExport.objects.clear()
