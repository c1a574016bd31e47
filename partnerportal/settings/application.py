"""Who the portal is, and what it is made of."""

from pathlib import Path

from partnerportal import env

BASE_DIR = Path(__file__).resolve().parents[2]

SECRET_KEY = env.required("SECRET_KEY", "a long random text that signs sessions")
PORTAL_KEYS = env.required("PORTAL_KEYS", "the key ring that encrypts stored secrets, as id:base64key")
DEBUG = env.flag("DEBUG")
env.required("ALLOWED_HOSTS", "the host names under which the portal is reached, with commas")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Off only where the portal is served without TLS: the demo on this machine.
TLS = not env.flag("INSECURE_HTTP")
# Base of the links in e-mails, which are written without a request.
PORTAL_URL = env.text("PORTAL_URL", f"{'https' if TLS else 'http'}://{ALLOWED_HOSTS[0].lstrip('.')}").rstrip("/")

INSTALLED_APPS = [
    "foundation",
    "accounts",
    "modules",
    "billing",
    "deployments",
    "partnerportal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "pgtrigger",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",  # indexes of expressions with an operator class
]

MIDDLEWARE = [
    "partnerportal.middleware.ReadsOnce",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "partnerportal.middleware.NothingIsKept",
    "csp.middleware.CSPMiddleware",
    "partnerportal.health.ProbesWithAnyHost",
    "partnerportal.middleware.UnreadableIs400",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.two_factor.RequiredOfAdmins",
    "partnerportal.middleware.InvalidFormIs422",
    "partnerportal.middleware.LeadsToThePage",
]

ROOT_URLCONF = "partnerportal.urls"
ASGI_APPLICATION = "partnerportal.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "partnerportal.context.shell",
            ],
        },
    }
]

# --- time and language -------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_secrets": {"()": "partnerportal.access_log.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
