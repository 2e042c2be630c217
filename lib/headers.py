"""The headers that every response has, whoever made it."""

# All that a page could be allowed and no page of a newspaper needs (https://www.w3.org/TR/permissions-policy/).
_PERMISSIONS = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "geolocation", "gyroscope"),
        *("hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture"),
        *("screen-wake-lock", "serial", "usb", "xr-spatial-tracking"),
    )
)


class HeadersMiddleware:
    """Adds headers that protect, where the response does not have them already.

    Without a `Cache-Control` of its own a response is kept by nobody. Other sites may show what their scripts may read
    (feeds, static files), and otherwise only what says so itself.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        is_open = response.headers.get("Access-Control-Allow-Origin") == "*"
        response.headers.setdefault("Cache-Control", "private, no-store")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_open else "same-origin")
        response.headers.setdefault("Permissions-Policy", _PERMISSIONS)
        return response
