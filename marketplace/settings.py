"""Every setting comes from the environment; the defaults are those of a safe production site.

`marketplace/local` (embedded servers, demo people, mail viewer) is installed only where LOCAL is true,
which `./dev` sets and nothing else does.
"""

from datetime import timedelta
from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from marketplace.schedule import SWEEPS

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

# --- Where we are -------------------------------------------------------------------------------
LOCAL = env.bool("LOCAL", default=False)  # a laptop or a test run
DEMO_MODE = env.bool("DEMO_MODE", default=False)  # one-click sign-in as a demo person
DEBUG = env.bool("DEBUG", default=False)
if DEMO_MODE and not LOCAL:
    raise ImproperlyConfigured("DEMO_MODE signs anybody in as anybody: it is refused unless LOCAL is true.")

SECRET_KEY = env("SECRET_KEY", default="local-only-never-in-production" * 2) if LOCAL else env("SECRET_KEY")
SITE_NAME = env("SITE_NAME", default="Proofwork")
SITE_URL = env("SITE_URL", default="http://localhost:8000").rstrip("/")  # absolute links in e-mail
SITE_HOST = SITE_URL.split("://", 1)[-1].split(":")[0]
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"] if LOCAL else [SITE_HOST])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Apps ---------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.forms",  # the widgets' own templates, for FORM_RENDERER
    "django_cotton.apps.SimpleAppConfig",
    "template_partials.apps.SimpleAppConfig",
    "django_htmx",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "marketplace.accounts",
    "marketplace.skills",
    "marketplace.files",
    "marketplace.links",
    "marketplace.activity",
    "marketplace.notifications",
    "projects",
    "applications",
    "engagements",
    "payments",
    "portfolio",
    "marketplace.moderation",
]
if LOCAL:
    INSTALLED_APPS.append("marketplace.local")

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django_http_compression.middleware.HttpCompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "marketplace.formatting.assets.PreloadMiddleware",
    "marketplace.errors.FailureMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "marketplace.accounts.middleware.ReaderMiddleware",
    "marketplace.accounts.middleware.SignInMiddleware",
]

ROOT_URLCONF = "marketplace.urls"
WSGI_APPLICATION = "marketplace.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            [
                                "django_cotton.cotton_loader.Loader",
                                "django.template.loaders.filesystem.Loader",
                                "django.template.loaders.app_directories.Loader",
                            ],
                        )
                    ],
                )
            ],
            "builtins": [
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "marketplace.formatting.templatetags",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "marketplace.context.one_token",
                "marketplace.context.site",
            ],
        },
    },
    {  # what is printed by the hundred: docs/performance.md
        "NAME": "fragments",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "marketplace.formatting.fragments.environment",
            "context_processors": ["marketplace.context.one_token"],
        },
    },
]

FORM_RENDERER = "marketplace.formatting.forms.Renderer"

if DEMO_MODE:
    TEMPLATES[0]["OPTIONS"]["context_processors"].append("marketplace.local.sign_in.demo_people")

# --- PostgreSQL, Redis --------------------------------------------------------------------------
DATABASES = {"default": env.db("DATABASE_URL")}
DATABASES["default"] |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60), "CONN_HEALTH_CHECKS": True}
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds, then the 503 page
WEB_QUERY_SECONDS = env.float("WEB_QUERY_SECONDS", default=15.0)  # a statement of a web process; 0: no end
PUBLIC_QUERY_SECONDS = env.float("PUBLIC_QUERY_SECONDS", default=2.0)  # of a search, whoever asks
if env("PROCESS", default="") == "web" and WEB_QUERY_SECONDS:  # wsgi.py
    DATABASES["default"]["OPTIONS"].setdefault("options", f"-c statement_timeout={int(1000 * WEB_QUERY_SECONDS)}")
if REPLICA_URL := env("REPLICA_URL", default=""):  # public pages read there: replica.py, docs/scale.md
    DATABASES["replica"] = {**DATABASES["default"], **env.db("REPLICA_URL")}
    DATABASES["replica"]["OPTIONS"] = {
        **DATABASES["default"]["OPTIONS"], "connect_timeout": 2, **DATABASES["replica"].get("OPTIONS", {}),
    }  # fmt: skip
    DATABASE_ROUTERS = ["marketplace.replica.Router"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env("REDIS_URL")
CACHES = {"default": {
    "BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL,
    "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 2},
}}  # fmt: skip
SESSION_ENGINE = "marketplace.accounts.sessions"

# --- Celery: see docs/decisions/0003 for the why of each ------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_PUBLISH_RETRY = False  # a web request never waits for a broker; the sweep finds the row
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "max_retries": 0,  # of kombu when it connects: without this a dead broker holds up each message for six seconds
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
SWEEP_SECONDS = env.float("SWEEP_SECONDS", default=15.0)  # how often beat looks for due rows
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": timedelta(seconds=SWEEP_SECONDS * every), "options": {"expires": 60}}
    for name, task, every in SWEEPS
}

# --- People: django-allauth ---------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "marketplace.accounts.adapters.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
AUTH_PASSWORD_VALIDATORS[0]["OPTIONS"] = {"user_attributes": ["name", "email"]}
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 10}
ACCOUNT_ADAPTER = "marketplace.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "marketplace.accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    name: f"marketplace.accounts.sign_in_forms.{form}"
    for name, form in {
        "login": "LoginForm", "signup": "SignupForm", "reauthenticate": "ReauthenticateForm",
        "change_password": "ChangePasswordForm", "set_password": "SetPasswordForm", "add_email": "AddEmailForm",
        "reset_password": "ResetPasswordForm", "reset_password_from_key": "ResetPasswordKeyForm",
    }.items()
}  # fmt: skip
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if SITE_URL.startswith("https") else "http"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True  # one address a person; the new one counts from its confirmation on
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a change of password, address or second step is always told
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # an open laptop is not enough to take an account over
ACCOUNT_RATE_LIMITS = False if LOCAL else {}  # {}: allauth's own limits, by address and by account
ALLAUTH_TRUSTED_PROXY_COUNT = int(env.bool("BEHIND_PROXY", default=not LOCAL))  # limits by the visitor, not the proxy
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds
MFA_ADAPTER = "marketplace.accounts.adapters.MFAAdapter"
MFA_FORMS = {
    name: f"marketplace.accounts.second_step_forms.{form}"
    for name, form in {
        "authenticate": "AuthenticateForm", "reauthenticate": "ReauthenticateForm",
        "activate_totp": "ActivateTOTPForm", "add_webauthn": "AddPasskeyForm", "edit_webauthn": "RenamePasskeyForm",
    }.items()
}  # fmt: skip
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = SITE_NAME
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "landing"
SOCIALACCOUNT_ADAPTER = "marketplace.accounts.adapters.SocialAccountAdapter"
SOCIALACCOUNT_FORMS = {"signup": "marketplace.accounts.sign_in_forms.SocialSignupForm"}
SOCIALACCOUNT_AUTO_SIGNUP = False  # the provider does not know whether this is a student or an employer
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_PROVIDERS = {}
_social_origins = []
for _name, _origin in (
    ("google", "https://accounts.google.com"),
    ("github", "https://github.com"),
    ("linkedin", "https://www.linkedin.com"),
):
    _app = {"client_id": env(f"SOCIAL_{_name.upper()}_CLIENT_ID", default="")}
    if not _app["client_id"]:  # off until both variables are set
        continue
    _app["secret"] = env(f"SOCIAL_{_name.upper()}_SECRET")
    _provider = _name
    if _name == "linkedin":  # speaks OpenID Connect
        _provider = "openid_connect"
        _app |= {"provider_id": _name, "name": "LinkedIn", "settings": {"server_url": f"{_origin}/oauth"}}
    INSTALLED_APPS.append(f"allauth.socialaccount.providers.{_provider}")
    SOCIALACCOUNT_PROVIDERS[_provider] = {"APPS": [_app]}
    _social_origins.append(_origin)

# --- The marketplace's own numbers ------------------------------------------------------------------
from marketplace.dials import *  # noqa: E402, F403

# --- Skill suggestions by meaning too: docs/skills.md says what they need -----------------------------
SEMANTIC_SUGGESTIONS = env.bool("SEMANTIC_SUGGESTIONS", default=False)
SEMANTIC_MODEL_DIR = env("SEMANTIC_MODEL_DIR", default="")  # empty: the installed package's

# --- Who issues invoices: issued ones keep what they said --------------------------------------------
ISSUER_NAME = env("ISSUER_NAME", default=SITE_NAME)
ISSUER_ADDRESS = [line.strip() for line in env("ISSUER_ADDRESS", default="").split("|") if line.strip()]
ISSUER_TAX_ID = env("ISSUER_TAX_ID", default="")

# --- Stripe: only payments/stripe_gateway.py reads these --------------------------------------------
STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY", default="sk_test_simulator" if LOCAL else "")
STRIPE_API_BASE = env("STRIPE_API_BASE", default="")  # empty: Stripe itself
STRIPE_HOSTED_ORIGINS = env.list(
    "STRIPE_HOSTED_ORIGINS", default=["https://checkout.stripe.com", "https://connect.stripe.com"]
)
STRIPE_API_VERSION = "2026-10-28.endive"
STRIPE_TIMEOUT_SECONDS = env.int("STRIPE_TIMEOUT_SECONDS", default=15)
MONEY_LEASE_SECONDS = max(env.float("MONEY_LEASE_SECONDS", default=90.0), STRIPE_TIMEOUT_SECONDS + 1.0)
STRIPE_WEBHOOK_SECRETS = {  # an empty secret disables its endpoint
    "platform": env("STRIPE_WEBHOOK_SECRET_PLATFORM", default=""),
    "connect": env("STRIPE_WEBHOOK_SECRET_CONNECT", default=""),
    "thin": env("STRIPE_WEBHOOK_SECRET_THIN", default=""),
}

# --- E-mail -------------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <hello@{SITE_HOST}>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = env(
    "EMAIL_BACKEND",
    default="marketplace.local.outbox.EmailBackend" if LOCAL else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_TIMEOUT = 10  # seconds: whoever waits for a mail server waits no longer
if env("EMAIL_URL", default=""):
    vars().update(env.email_url("EMAIL_URL"))
ANYMAIL = {key.removeprefix("ANYMAIL_"): value for key, value in env.ENVIRON.items() if key.startswith("ANYMAIL_")}

# --- Files --------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = env("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = env("MEDIA_ROOT", default=str(BASE_DIR / "media"))  # private: served by views only, never by URL
CLAMD_URL = env("CLAMD_URL", default="")  # tcp://host:3310 or unix:///path; empty: no virus scanner
FILE_MAX_BYTES = 25 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
REQUEST_MAX_BYTES = 10 * FILE_MAX_BYTES + DATA_UPLOAD_MAX_MEMORY_SIZE  # ten files at a time, and the form around them
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "marketplace.formatting.assets.Storage"
    },
}
if env("S3_BUCKET", default=""):
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("S3_BUCKET"),
            "endpoint_url": env("S3_ENDPOINT_URL", default=None),
            "querystring_auth": True,
            "default_acl": "private",
        },
    }
WHITENOISE_ROOT = BASE_DIR / "static" / "at-root"  # icons that browsers ask for there, without a link to them
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = LOCAL and DEBUG

# --- Security -----------------------------------------------------------------------------------
_own_forms = [SELF, *STRIPE_HOSTED_ORIGINS, *_social_origins]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": _own_forms,  # a POST that redirects to Stripe's or a provider's page counts as one
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "marketplace.errors.csrf_failure"
if not LOCAL:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    if env.bool("BEHIND_PROXY", default=True):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "marketplace.api.problem_details",
}
SPECTACULAR_SETTINGS = {"TITLE": f"{SITE_NAME} API", "VERSION": "1", "SERVE_INCLUDE_SCHEMA": False}

# --- Language, time, logs -----------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["marketplace.formats"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "allauth": {"level": "WARNING"}},
}
