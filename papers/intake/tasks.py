"""The worker's jobs for imports that are too long to be read or written while their person waits.

One is done after the other, so that imports never keep the worker from everything else.
"""

from procrastinate.contrib.django import app

from lib.jobs import RETRY
from papers.intake import writing
from papers.models import Intake


@app.task(lock="intakes", pass_context=False)
def read_intake(pk: int) -> None:
    for intake in Intake.objects.filter(pk=pk, state="reading"):
        writing.read(intake)


@app.task(lock="intakes", pass_context=False)
def write_intake(pk: int) -> None:
    for intake in Intake.objects.select_related("user").filter(pk=pk, state="writing"):
        writing.write(intake)


@app.periodic(cron="46 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def clear_intakes(timestamp: int) -> None:
    Intake.objects.clear()
