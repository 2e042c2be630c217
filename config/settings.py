"""Django's settings. README.md and .env.example document the variables of the environment."""

from urllib.parse import urlsplit

from django.utils.csp import CSP

from config.caches import CACHES  # noqa: F401 (Django reads it here)
from config.databases import *  # noqa: F403 (the databases)
from config.files import *  # noqa: F403 (static files, uploads, and what the worker writes)
from config.logs import *  # noqa: F403 (logs, and who reads metrics)
from config.mail import *  # noqa: F403 (the mail server)
from config.rings import *  # noqa: F403 (thresholds, which are settings)
from config.rules import *  # noqa: F403 (rules of submissions, which are settings)
from config.schedules import *  # noqa: F403 (what the worker fetches and writes by itself)
from lib.env import ROOT, cores, env, number, stored_secret, switch

DEBUG = switch("DEBUG", default=False)
CONTAINER = switch("BROADSHEET_CONTAINER", default=False)
SECRET_KEY_IS_SET = bool(env("SECRET_KEY", default=""))
SECRET_KEY = env("SECRET_KEY", default="") or stored_secret("secret_key")

HOST = env("HOST", default="127.0.0.1")
PORT = number("PORT", 8000)
WEB_CONCURRENCY = number("WEB_CONCURRENCY", min(4, cores()))  # processes of the web server
FRONT_DOOR = switch("FRONT_DOOR", default=not DEBUG)  # keep strangers' answers for a second (lib.front_door)
_base = urlsplit(env("BASE_URL", default=f"http://{HOST}:{PORT}").rstrip("/"))
_base = _base._replace(netloc=_base.netloc.lower())
BASE_URL = _base.geturl()  # with scheme and host in small letters, by which sites know each other
HTTPS = _base.scheme == "https"
ALLOWED_HOSTS = [_base.hostname or ""]
if not HTTPS:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = [BASE_URL]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "config",
    "api",
    "inbox",
    "moderation",
    "papers",
    "orgs",
    "accounts",
    "lib",
    "config.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.github",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.orcid",
    "allauth.usersessions",
    "anymail",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "lib.watching.WatchMiddleware",
    "lib.headers.HeadersMiddleware",
    "lib.health.HealthMiddleware",
    "config.metrics.MetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "lib.hosts.HostMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lib.compressed.FastGZipMiddleware",
    "api.headers.ApiHeadersMiddleware",
    "api.errors.JsonErrorMiddleware",
    "lib.methods.MethodMiddleware",
    "lib.bodies.BodyLimitMiddleware",
    "lib.http.RefusalMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.SessionUserMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lib.replicas.ReplicaMiddleware",
    "orgs.redirects.RenamedMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["lib.templatetags.house"],
        },
    }
]
FORM_RENDERER = "lib.forms.HouseRenderer"

TIME_ZONE = "UTC"
USE_I18N = False

# --- security -----------------------------------------------------------------------------------

# Our sign-in form redirects to one of these sites, and form-action applies to redirects, too.
_SIGN_IN_SITES = {
    "GITHUB": "https://github.com",
    "ORCID": "https://orcid.org",
    "HUGGINGFACE": "https://huggingface.co",
}
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "manifest-src": [CSP.SELF],
    "form-action": [CSP.SELF, *(site for name, site in _SIGN_IN_SITES.items() if env(f"{name}_CLIENT_ID", default=""))],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# Browsers accept a cookie with this prefix only over https, from this very host, and for all of its paths.
_cookie_prefix = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_cookie_prefix}sessionid"
CSRF_COOKIE_NAME = f"{_cookie_prefix}csrftoken"
MESSAGES_COOKIE_NAME = f"{_cookie_prefix}messages"
WRITTEN_COOKIE_NAME = f"{_cookie_prefix}written"  # of who has just written something (lib.replicas)
MESSAGE_STORAGE = "lib.messages.Messages"
CSRF_FAILURE_VIEW = "lib.http.refuse_form"
SECURE_SSL_HOST = _base.netloc
SECURE_REDIRECT_EXEMPT = ["^api/", "^mcp$"]  # which `api.headers` refuses
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
# Both affect more than this host, so only its operator can decide.
SECURE_HSTS_PRELOAD = switch("HSTS_PRELOAD", default=False)
SECURE_HSTS_INCLUDE_SUBDOMAINS = switch("HSTS_SUBDOMAINS", default=False) or SECURE_HSTS_PRELOAD
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # these ask for both
# Only an https site is behind a proxy, which must set or remove this header (docs/deploy.md).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

# The most bytes of a request's body (lib.bodies): two 5 MB pictures, a file, a mail service's report, a comment
BODY_LIMIT = 64_000
LONGER_BODIES = {r"/settings/profile|/orgs/[^/]+/edit|/admin/.*": 12_000_000, r"/anymail/.*": 2_000_000}
LONGER_BODIES |= {r"/settings/import": 5_200_000}
LONGER_BODIES |= {r"/comments/.*|/papers/.*/(?:comments/new|report)|/papers/submit/.+|/markdown": 300_000}
LONGER_BODIES |= {r"/api/papers/.+/(?:comment(?:/.+)?|report)|/api/papers/submit": 300_000}
FORCE_SCRIPT_NAME = ""  # so that no header of a request changes the path of the site

# --- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
SESSION_ENGINE = "accounts.sessions"
AUTHENTICATION_BACKENDS = ["accounts.backends.OneHashBackend"]
PASSWORD_HASHERS = ["accounts.hashers.CappedPBKDF2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in (
            "UserAttributeSimilarityValidator",
            "MinimumLengthValidator",
            "CommonPasswordValidator",
        )
    ),
    {"NAME": "accounts.passwords.GuessablePasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "/papers"
ACCOUNT_SIGNUP_REDIRECT_URL = "/papers/following/start"
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0  # rate limits count readers, not the proxy
# lib.throttle limits these; allauth limits the rest, such as wrong codes of a second factor ("login_failed").
ACCOUNT_RATE_LIMITS = dict.fromkeys(["login", "signup", "confirm_email", "manage_email", "reset_password"])
ACCOUNT_USERNAME_VALIDATORS = "accounts.usernames.VALIDATORS"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Broadsheet] "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _base.scheme
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_CHANGE_EMAIL = ACCOUNT_EMAIL_NOTIFICATIONS = ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
PASSWORD_RESET_TIMEOUT = 3 * 3600  # seconds
SOCIALACCOUNT_ADAPTER = "accounts.adapter.OtherSitesAdapter"
SOCIALACCOUNT_FORMS = {"signup": "accounts.forms.SocialSignupForm"}
MFA_FORMS = {"add_webauthn": "accounts.forms.AddPasskeyForm", "edit_webauthn": "accounts.forms.EditPasskeyForm"}
USERSESSIONS_ADAPTER = "accounts.adapter.SessionsAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Broadsheet"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS


def _oauth_app(prefix: str, **more) -> list[dict]:
    client_id, secret = (env(f"{prefix}_CLIENT_{part}", default="") for part in ("ID", "SECRET"))
    return [{"client_id": client_id, "secret": secret, **more}] if client_id else []


SOCIALACCOUNT_PROVIDERS = {
    "github": {"APPS": _oauth_app("GITHUB"), "OAUTH_PKCE_ENABLED": True},
    "orcid": {"APPS": _oauth_app("ORCID"), "OAUTH_PKCE_ENABLED": True},
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": _oauth_app(
            "HUGGINGFACE",
            provider_id="huggingface",
            name="Hugging Face",
            settings={"server_url": "https://huggingface.co"},
        ),
    },
}

# --- mail and contact ---------------------------------------------------------------------------

DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("EMAIL_FROM", default=f"Broadsheet <broadsheet@{_base.hostname}>")
# Sent with every request to another site, so that its operators can write to us.
CONTACT = env("CONTACT", default=BASE_URL)

# --- search -------------------------------------------------------------------------------------

EMBEDDING = env("EMBEDDING", default="bundled")
EMBEDDING_MODEL = env("EMBEDDING_MODEL", default="")
EMBEDDING_KEY = env("EMBEDDING_KEY", default="")
EMBEDDING_DIMENSIONS = number("EMBEDDING_DIMENSIONS", 384)

# --- jobs and logs ------------------------------------------------------------------------------

# Successful jobs are deleted, since every minute has some. Three run at once, so that a long import delays no letters.
PROCRASTINATE_WORKER_DEFAULTS = {"delete_jobs": "successful", "concurrency": 3}
PROCRASTINATE_ON_APP_READY = "lib.jobs.set_up"

BROADSHEET_DEMO = switch("BROADSHEET_DEMO", default=True)
BROADSHEET_DEMO_PASSWORD = env("BROADSHEET_DEMO_PASSWORD", default="")
