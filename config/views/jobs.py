"""The worker as moderators see it. For everybody else these pages are not there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.jobs import LATEST, alive, failed, failing, held_up, last_sign, periodic, retry, retry_all, running, waiting
from lib.http import redirect_back, verb
from lib.jobs import errors, shown
from orgs.views.moderation import for_moderators


@login_required
@for_moderators
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs, waits, comes by itself and failed; `?task=` shows the failed ones of that task."""
    task = request.GET.get("task", "")
    latest = list((failed().filter(task_name=task) if task else failed())[:LATEST])
    known = errors([job.pk for job in latest])
    context = {
        "task": task,
        "failed": [(job, shown(job.args), known.get(job.pk)) for job in latest],
        "failing": failing(),
        "running": [(job, shown(job.args)) for job in running()],
        "waiting": waiting(),
        "periodic": periodic(),
        "letters": held_up(),
        "workers": alive().count(),
        "last_sign": last_sign(),
    }
    return render(request, "config/jobs.html", context)


@verb
@for_moderators
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Twice is once: only what failed begins again."""
    if retry(pk):
        messages.success(request, f"Job {pk} is no longer among the failed.")
    else:
        messages.error(request, f"Job {pk} does not begin again: the next one of its kind waits already.")
    return redirect_back(request)


@verb
@for_moderators
def retry_jobs(request: HttpRequest) -> HttpResponse:
    """All that failed of a task."""
    done, left = retry_all(request.POST.get("task", ""))
    messages.success(request, f"{done} begin again." + (f" {left} do not: the next one waits already." if left else ""))
    return redirect_back(request)
