from procrastinate.contrib.django import app

from api.models import StoredAnswer
from lib.jobs import RETRY


@app.periodic(cron="42 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_answers(timestamp: int) -> None:
    StoredAnswer.objects.forget()
