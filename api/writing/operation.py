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


def writes(router: Router, path: str, scope: Scope, response: type[Schema], *statuses: int):
    """Returns a decorator that adds an operation to the router: POST by somebody whose token has the scope.

    `statuses` are those of its answers, by default 200.
    """

    def decorate(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        return router.post(
            path,
            auth=Access(scope, is_required=True),
            response=dict.fromkeys(statuses or (HTTPStatus.OK,), response),
            description=f"{operation.__doc__}\n\nThe token needs the scope `{scope}`.",
            openapi_extra={"parameters": [_KEY]},
        )(_once(operation))

    return decorate


def answer(data: dict, status: int = HTTPStatus.OK) -> HttpResponse:
    return JsonResponse(data, status=status, json_dumps_params={"ensure_ascii": False})


def _once(operation: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Decorate an operation so that a request with an Idempotency-Key is done once.

    The answer is stored in the transaction of the verb. What was refused, and what goes on (202), is not stored.
    """

    @wraps(operation)
    def guarded(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return operation(request, *args, **kwargs)
        with transaction.atomic():
            row = StoredAnswer.objects.reserve(request.user, key, _sent(request))
            if row.status is not None:
                headers = {"Idempotency-Replayed": "true"}
                return HttpResponse(row.body, "application/json", row.status, headers=headers)
            response = operation(request, *args, **kwargs)
            if response.status_code in _STORED:
                row.store(response.status_code, response.content)
            else:
                row.delete()
            return response

    return guarded


def _sent(request: HttpRequest) -> Sent:
    return Sent(request.method, request.get_full_path(), request.body)
