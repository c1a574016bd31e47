"""
The web server: `python -m partnerportal.serve --host 0.0.0.0 --port 8000`.

Starts WEB_PROCESSES processes on one port, and a new one for each that dies. SIGTERM lets requests finish for GRACE
seconds. What the processes share among them is divided in settings/web.py.
"""

import argparse
import os

import uvicorn
from django.conf import settings

from partnerportal import startup

GRACE = 10
KEEP_ALIVE = 5  # seconds without a request after which a connection is closed


def main() -> None:
    arguments = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partnerportal.settings")
    startup.require(startup.keys_problem())  # here, as a process that ends is started again
    os.environ["WEB_PROCESSES"] = str(settings.WEB_PROCESSES)
    uvicorn.run(
        "partnerportal.asgi:application",
        host=arguments.host,
        port=arguments.port,
        workers=settings.WEB_PROCESSES,
        http="partnerportal.connections:Connection",
        ws="none",
        lifespan="off",
        access_log=arguments.access_log,
        proxy_headers=False,  # X-Forwarded-For counts by PROXY_COUNT alone
        limit_concurrency=settings.WEB_CONNECTIONS or None,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=arguments.grace,
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m partnerportal.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--grace", type=int, default=GRACE, help="seconds that requests get after SIGTERM")
    parser.add_argument("--no-access-log", dest="access_log", action="store_false")
    return parser.parse_args()


if __name__ == "__main__":
    main()
