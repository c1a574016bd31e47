"""Returns answers for files: cached in the database by content, else parsed in child processes."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Max, Q

from modules.models import ParsedFile
from modules.reading.found import UNEXPECTED, size_of
from modules.reading.parse_pool import Limits, Source, shared_pool
from modules.terraform.hcl import READER
from modules.terraform.schema import FileAnswer

PASSING = {"limits", UNEXPECTED}  # codes of findings that a retry may not have: the machine was busy, or we erred
MOST_KEPT, LARGEST = 50_000, 64 * 1024  # answers, of which the oldest are forgotten; and bytes of one
FORGOTTEN_AT_ONCE = 10_000
LIMITED = PASSING | {"size", "nesting"}  # and of those that higher limits may avoid


def parse(sources: Iterable[Source]) -> Iterator[tuple[str, FileAnswer]]:
    """Yield key and answer for each source, parsing equal contents once; caches new answers unless a limit was hit."""
    waiting: dict[tuple[str, bool], list[Source]] = {}
    for source in sources:
        waiting.setdefault((source.blob, source.is_json), []).append(source)
    for identity, answer in _known(waiting):
        for source in waiting.pop(identity):
            yield source.key, answer
    first = [same[0] for same in waiting.values()]
    for source, (_, answer) in zip(first, shared_pool(_limits()).read_all(first), strict=True):
        _keep(source, answer)
        for same in waiting[source.blob, source.is_json]:
            yield same.key, answer


def forget_old() -> None:
    """Delete answers of earlier readers, and the oldest beyond MOST_KEPT: anybody can push new files all day."""
    newest = ParsedFile.objects.aggregate(key=Max("pk"))["key"] or 0
    old = ParsedFile.objects.filter(Q(reader__lt=READER) | Q(pk__lte=newest - MOST_KEPT))
    ParsedFile.objects.filter(pk__in=old.order_by("pk").values("pk")[:FORGOTTEN_AT_ONCE]).delete()


def _known(wanted: Iterable[tuple[str, bool]]) -> list[tuple[tuple[str, bool], FileAnswer]]:
    rows = ParsedFile.objects.filter(reader=READER, blob__in={blob for blob, _ in wanted})
    return [((row.blob, row.is_json), row.answer) for row in rows if (row.blob, row.is_json) in wanted]


def _keep(source: Source, answer: FileAnswer) -> None:
    if size_of(answer) <= LARGEST and LIMITED.isdisjoint(row["code"] for row in answer["findings"]):
        row = ParsedFile(blob=source.blob, is_json=source.is_json, reader=READER, answer=answer)
        ParsedFile.objects.bulk_create([row], ignore_conflicts=True)


def _limits() -> Limits:
    return Limits(settings.PARSE_FILE_BYTES, settings.PARSE_SECONDS, settings.PARSE_MEMORY_BYTES, settings.PARSE_DEPTH)
