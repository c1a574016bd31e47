"""Who gets an e-mail when a version is revoked or its module removed, as a sentence."""

from collections.abc import Sequence

from foundation.paragraphs import listed


def notice(names: Sequence[str], number: int | None = None) -> str:
    """Blank when nobody gets one. `names` may be the first ones of `number`."""
    number = len(names) if number is None else number
    return f"{listed(names, number=number)} {'gets' if number == 1 else 'get'} an e-mail." if number else ""
