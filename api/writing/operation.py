"""What all operations that change something have in common: the scope of the token, and the Idempotency-Key."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import Router, Schema

from api.access import Access
from api.models import Scope, StoredAnswer
from api.models.storedanswer import MAX_KEY, Sent

_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY},
    "description": "The same request with the same key within a day gets the stored answer, and changes nothing more.",
}
_STORED = (HTTPStatus.OK, HTTPStatus.CREATED)

type Change = Callable[[], HttpResponse]


def writes(router: Router, path: str, scope: Scope, response: type[Schema], *statuses: int):
    """Returns a decorator that adds an operation to the router: POST by somebody whose token has the scope.

    The operation finds what it is about, counts the request for its limits, and returns the change: a function that
    makes it and answers, in one transaction. So a refusal undoes no count, and nobody waits for the rows of limits.
    `statuses` are those of its answers, by default 200.
    """

    def decorate(operation: Callable[..., Change]) -> Callable[..., HttpResponse]:
        return router.post(
            path,
            auth=Access(scope, is_required=True),
            response=dict.fromkeys(statuses or (HTTPStatus.OK,), response),
            description=f"{operation.__doc__}\n\nThe token needs the scope `{scope}`.",
            openapi_extra={"parameters": [_KEY]},
        )(_once(operation))

    return decorate


def json_answer(data: dict, status: int = HTTPStatus.OK) -> HttpResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})


def _once(operation: Callable[..., Change]) -> Callable[..., HttpResponse]:
    """Decorate an operation so that its change is made, and made once for requests with the same Idempotency-Key.

    The answer is stored in the transaction of the change. What was refused, and what goes on (202), is not stored. A
    request that is answered already counts for no limit of the operation.
    """

    @wraps(operation)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            change = operation(request, *args, **kwargs)
            with transaction.atomic():
                return change()
        sent = Sent(request.method, request.get_full_path(), request.body)
        if row := StoredAnswer.objects.find(request.user, key, sent):
            return _replayed(row)
        change = operation(request, *args, **kwargs)
        with transaction.atomic():
            return _stored(StoredAnswer.objects.reserve(request.user, key, sent), change)

    return guarded


def _stored(row: StoredAnswer, change: Change) -> HttpResponse:
    """The answer of the row, or that of the change, which is stored in the row."""
    if row.status is not None:
        return _replayed(row)
    response = change()
    if response.status_code in _STORED:
        row.store(response.status_code, response.content)
    else:
        row.delete()
    return response


def _replayed(row: StoredAnswer) -> HttpResponse:
    return HttpResponse(row.body, "application/json", row.status, headers={"Idempotency-Replayed": "true"})
