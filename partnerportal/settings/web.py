"""What a browser may do, and what the web server's processes share among them."""

import os

from csp.constants import NONE, SELF

from partnerportal import env
from partnerportal.settings.application import TLS

# --- what a browser may do ---------------------------------------------------------------------
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
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "partnerportal.middleware.form_too_old"
X_FRAME_OPTIONS = "DENY"
# More than any form of the portal sends: see MOST_INPUTS and FULL in deployments/inputs/form.py.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024**2

# --- the web server ----------------------------------------------------------------------------
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
