"""Pictures of recent papers: the one that the Hub shows, or else the first page of arXiv's PDF.

No reader's browser is led to another site: files are fetched once, developed by `lib.images`, and served from here.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils import timezone

from lib import images
from papers.identifiers import pdf_file_url
from papers.ingest.client import Client, FetchError, TemporaryError
from papers.models import Paper

PAPER_AGE_DAYS = 7
MAX_REQUESTS = 60  # in one run: some four minutes, since arXiv asks for three seconds between any two
MAX_PDF_BYTES = 20 * 1024 * 1024

logger = logging.getLogger(__name__)


def refresh(client: Client) -> int:
    """Fetch pictures of papers that lack one; return how many papers got one.

    They come in random order, so that one whose server is down for days does not keep others waiting. Raises
    TemporaryError, after which the pictures before it remain.
    """
    since = timezone.now().date() - timedelta(days=PAPER_AGE_DAYS)
    papers = Paper.objects.filter(listed_on__gt=since).lacking_picture().order_by("?")[:MAX_REQUESTS]
    return sum(_fetch(paper, client) for paper in papers)


def _fetch(paper: Paper, client: Client) -> bool:
    """Return whether the paper got a picture. Raises TemporaryError; any other failure is final for its addresses."""
    pdf = pdf_file_url(paper.arxiv_id)
    source = paper.figure_url or pdf
    name = paper.figure_url and _keep(paper.figure_url, client, images.MAX_BYTES, _figure)
    if not (name or paper.picture):
        name = _keep(pdf, client, MAX_PDF_BYTES, images.keep_page)
    if name:
        return bool(Paper.objects.touch([paper.pk], picture=name, picture_source=source))
    Paper.objects.filter(pk=paper.pk).update(picture_source=source)
    return False


def _keep(url: str, client: Client, max_bytes: int, develop: Callable[[bytes, images.Shape], str]) -> str:
    """Return the name of the picture that is developed from the file at this URL; "" if that fails for good.

    Raises TemporaryError.
    """
    try:
        return develop(client.get(url, max_bytes=max_bytes).body, images.FIGURE)
    except TemporaryError:
        raise
    except (FetchError, ValidationError) as error:
        logger.info("No picture from %s: %s", url, error)
        return ""


def _figure(body: bytes, shape: images.Shape) -> str:
    return images.keep(ContentFile(body), shape)
