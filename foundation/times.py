"""Times and durations as people read them, in templates and in sentences."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString


def _date(moment: date, now: date) -> str:
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year}"


def _date_and_time(moment: datetime, now: datetime) -> str:
    return f"{_date(moment, now)} {moment:%H:%M}"


def _relative(moment: datetime, now: datetime) -> str:
    distance = abs((now - moment).total_seconds())
    if distance < 60:
        return "just now"
    if distance >= 86_400:
        return _date_and_time(moment, now)
    words = f"{int(distance // 60)} min" if distance < 3_600 else f"{int(distance // 3_600)} h"
    return f"{words} ago" if moment <= now else f"in {words}"


def _time(moment: datetime, text: str) -> SafeString:
    exact = f"{moment.day} {moment:%b %Y, %H:%M:%S} UTC"
    return format_html('<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact, text)


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """A time, relative up to a day ("23 min ago"), then "20 Nov 14:03", with the year if it is not this one."""
    return _time(moment, _relative(moment, now or timezone.now())) if moment else ""


def when(moment: date | str | None, now: datetime | None = None) -> str:
    """A time (or its ISO 8601 text) as "20 Nov 14:03", a day as "20 Nov"; with the year if it is not this one."""
    if not moment:
        return ""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    now = now or timezone.now()
    if isinstance(moment, datetime):
        return _time(moment, _date_and_time(moment, now))
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(), _date(moment, now))


def dated(moment: datetime) -> str:
    """A time in full and as plain text, for e-mails and for reasons that are stored: "4 Dec 2026, 14:00 UTC"."""
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def duration(seconds: float | timedelta | str | None) -> str:
    """Seconds, or a timedelta, in words: 8.14 → "8.1 s", 73 → "1 min 13 s", 7380 → "2 h 3 min"."""
    if seconds is None or isinstance(seconds, str):  # a template passes "" for a missing value
        return ""
    if isinstance(seconds, timedelta):
        seconds = seconds.total_seconds()
    if round(seconds, 1) < 10:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    minutes, seconds = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
