"""Passwords that attackers try first are refused; nothing is asked of a service outside."""

import re
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

LETTER = re.compile(r"[^\W\d_]")


class KnownPasswordValidator(CommonPasswordValidator):
    """Refuses Django's 20,000 most common passwords, also in capitals, with digits or signs around, or repeated.

    Of twelve characters there are few on such lists: people lengthen a short one, as in "Sunflower2026!".
    """

    def validate(self, password: str, user: Any = None) -> None:
        whole = password.lower().strip()
        if any(known in self.passwords for known in (whole, _between_letters(whole), _repeated(whole))):
            raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        return "This password is easy to guess: it is on a list of common ones, or one of them made longer."

    def get_help_text(self) -> str:
        return "Your password can’t be a commonly used one, nor one with digits or signs around it."


def _between_letters(text: str) -> str:
    """`text` from its first letter to its last."""
    first, last = LETTER.search(text), LETTER.search(text[::-1])
    return text[first.start() : len(text) - last.start()] if first and last else ""


def _repeated(text: str) -> str:
    """The part that `text` repeats, as "abc" of "abcabc"; `text` itself if it repeats none."""
    return text[: (text + text).index(text, 1)] if text else text
