"""Pages about background jobs for moderators. Everybody else gets a 404."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.factors import for_moderators
from config import jobs as queue
from lib.jobs import errors, masked
from lib.redirects import redirect_back
from lib.verbs import verb


@login_required
@for_moderators
def jobs(request: HttpRequest) -> HttpResponse:
    """Show running, waiting, periodic and failed jobs; with `?task=`, only the failed ones of that task."""
    task, failed = request.GET.get("task", ""), queue.failed()
    latest = list((failed.filter(task_name=task) if task else failed)[: queue.LATEST])
    error_messages = errors([job.pk for job in latest])
    context = {
        "task": task,
        "failed": [(job, masked(job.args), error_messages.get(job.pk)) for job in latest],
        "failing": queue.failing(),
        "running": [(job, masked(job.args)) for job in queue.running()],
        "waiting": queue.waiting(),
        "periodic": queue.periodic(),
        "letters": queue.unsent_letters(),
        "workers": queue.alive().count(),
        "last_seen": queue.last_seen(),
    }
    return render(request, "config/jobs.html", context)


@verb
@for_moderators
def retry_job(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a failed job back. A job that has not failed is left alone, so that a second request changes nothing."""
    if queue.retry(pk):
        messages.success(request, f"Job {pk} is no longer among the failed jobs.")
    else:
        messages.error(request, f"Job {pk} was not retried, because another job of its kind is waiting.")
    return redirect_back(request)


@verb
@for_moderators
def retry_jobs(request: HttpRequest) -> HttpResponse:
    """Put back all failed jobs of a task."""
    done, left = queue.retry_all(request.POST.get("task", ""))
    messages.success(request, f"{done} retried." + (f" {left} skipped, because others are waiting." if left else ""))
    return redirect_back(request)
