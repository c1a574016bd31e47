"""Where things are kept."""

from pathlib import Path
from typing import Any

import dj_database_url

from partnerportal import env
from partnerportal.settings.application import BASE_DIR

DATABASE_URL = env.required("DATABASE_URL", "the PostgreSQL database, as postgresql://user:password@host/name")
# Roles of their own: one owns the tables and migrates them, one removes what is old. Empty: DATABASE_URL's does it.
MIGRATE_DATABASE_URL = env.text("MIGRATE_DATABASE_URL", "")
RETENTION_DATABASE_URL = env.text("RETENTION_DATABASE_URL", "")
# A server that cannot be reached is noticed within seconds, also in the middle of a query: libpq waits for minutes.
PATIENCE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
# A page's queries are short: to compile one takes PostgreSQL 100 ms and more, and saves none of them.
UNCOMPILED = {"options": "-c jit=off"}


def _database(url: str) -> dict[str, Any]:
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    return database | {"ATOMIC_REQUESTS": False, "OPTIONS": PATIENCE | UNCOMPILED | database.get("OPTIONS", {})}


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
