"""
Reads settings from the environment; a missing or malformed one stops the process with a sentence.

SystemExit, not one of Django's exceptions: web server, worker, beat and manage.py print it without a traceback.
"""

import os

TRUE = {"1", "true", "yes", "on"}


def required(name: str, what: str) -> str:
    """The value of a variable that has no safe default; SystemExit with a sentence that says `what` it is."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise SystemExit(f"{name} is not set: {what}. See .env.example.")
    return value


def text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def flag(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in TRUE


def number(name: str, default: float) -> float:
    """Seconds, bytes or a count; SystemExit with a sentence when it is not a number."""
    value = os.environ.get(name, "").strip()
    try:
        return float(value) if value else default
    except ValueError:
        raise SystemExit(f"{name} is {value!r}, which is not a number.") from None


def whole(name: str, default: int) -> int:
    return int(number(name, default))


def words(name: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, "").split(",") if word.strip()]
