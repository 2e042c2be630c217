from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from lib.http import form_page
from lib.verbs import form_verb
from papers.claims.forms import CorrectionForm
from papers.claims.limits import count_correction
from papers.models import AiText, Paper
from papers.paper.removed import below_paper


@below_paper
@form_verb
def correct(request: HttpRequest, ref) -> HttpResponse:
    """Show the form with what authors may correct of their paper, or save it."""
    paper = get_object_or_404(Paper, arxiv_id=ref[0])
    if not request.refusal:
        paper.author_claims.demand(request.user)
    form = CorrectionForm(paper, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if request.refusal:
            form.refuse(request.refusal)
        else:
            count_correction(request)
            if form.save(request.user):
                messages.success(request, form.message)
                return redirect(paper)
    corrections = paper.corrections.latest_first()[:20]
    has_ai_text = settings.SHOW_AI_TEXT and AiText.objects.filter(paper=paper).exists()
    context = {"paper": paper, "form": form, "corrections": corrections, "has_ai_text": has_ai_text}
    return form_page(request, "papers/claims/correct.html", context)
