from procrastinate.contrib.django import app

from lib.jobs import RETRY
from papers.models import Seen


@app.periodic(cron="32 3 * * *")
@app.task(pass_context=False, retry=RETRY)
def forget_seen(timestamp: int) -> None:
    Seen.objects.forget_old()
