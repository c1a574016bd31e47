"""Who gets an e-mail when a version is revoked or its module removed, as a sentence."""

from collections.abc import Sequence

from foundation.paragraphs import listed


def notice(names: Sequence[str]) -> str:
    """Blank when nobody gets one."""
    return f"{listed(names)} {'gets' if len(names) == 1 else 'get'} an e-mail." if names else ""
