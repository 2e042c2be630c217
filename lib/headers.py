"""The headers that protect readers."""

from django.conf import settings

# The features of a browser that no page of this site uses (https://www.w3.org/TR/permissions-policy/).
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
        *("hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
        *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
    )
)


class HeadersMiddleware:
    """Adds headers that protect the reader to each response that does not set them itself, and to pages their policy.

    A response without `Cache-Control` must not be cached. Other sites may embed a response whose CORS header lets their
    scripts read it (feeds, static files); anything else only if its own Cross-Origin-Resource-Policy says so. When a
    session has ended, the browser is to forget the pages that it kept of it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_open = response.headers.get("Access-Control-Allow-Origin") == "*"
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        if (cookie := response.cookies.get(settings.SESSION_COOKIE_NAME)) and not cookie.value:
            response.headers["Clear-Site-Data"] = '"cache"'
        if response.headers.get("Content-Type", "").startswith("text/html"):  # to other files it says nothing
            response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return response
