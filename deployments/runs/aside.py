"""States that are put aside: kept encrypted in the database, in pieces, until an admin decides what becomes of them."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from deployments.models import AsidePiece, AsideState, Run

PIECE_BYTES = 1024**2
MOST_MISSING = 500  # addresses


def put(run: Run, *, reason: str, missing: Sequence[str] = (), file: BinaryIO | None = None) -> AsideState:
    """Put aside what `file` holds, piece by piece; without one, the row says which resources are `missing`.

    The caller fences the transaction.
    """
    aside = AsideState.objects.create(
        deployment=run.deployment, run=run, reason=reason, missing=list(missing[:MOST_MISSING])
    )
    number = 0
    while file and (text := file.read(PIECE_BYTES)):
        piece = AsidePiece(aside=aside, number=number)
        piece.content = text
        piece.save()
        number, aside.size = number + 1, aside.size + len(text)
    aside.save(update_fields=["size"])
    return aside


def content(aside: AsideState) -> Iterator[bytes]:
    """The pieces of a state that was put aside; raises foundation.encryption.DecryptionFailed."""
    for number in aside.pieces.values_list("number", flat=True):
        yield AsidePiece.objects.select_related("aside").get(aside=aside, number=number).content
