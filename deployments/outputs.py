"""The outputs of a deployment or of an old run, as its page shows them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.template.defaultfilters import filesizeformat

from deployments.inputs import values
from deployments.models import Deployment, Output, OutputPart, Run
from foundation import faults
from foundation.compiled import Param, compiled
from foundation.downloads import parts_download
from foundation.encryption import DecryptionFailed

MOST_BEGINNINGS = 4  # of large values on one page
HEAVY = ("output__state__data", "output__state__deployment__inputs", "output__state__deployment__secret_inputs")
FITS, LINES = 300, 10  # characters and lines that are shown without scrolling


@dataclass(frozen=True)
class ShownOutput:
    """An output on a page: `text` is blank if it is hidden or not kept, and the beginning of a large one."""

    name: str
    description: str
    text: str
    is_hidden: bool
    is_large: bool
    is_sensitive: bool
    is_kept: bool
    size: int
    problem: str = ""  # why the beginning of a large one is not shown

    @property
    def scrolls(self) -> bool:
        """Whether the text may be higher than its row, and needs the keyboard to be scrolled."""
        return len(self.text) > FITS or self.text.count("\n") > LINES

    @property
    def cut(self) -> str:
        """What is said of a value that is not shown whole; blank for any other."""
        if not self.is_large or self.is_hidden:
            return ""
        if self.problem:
            return self.problem
        size = filesizeformat(self.size)
        if not self.is_kept:
            return f"The beginning of {size}. The whole value was not kept." if self.text else "Not kept."
        return f"The beginning of {size}." if self.text else f"Too large for this page: {size}."


def shown(given: Deployment | Run, *, revealed: Output | None = None) -> list[ShownOutput]:
    """The outputs, sorted by name; `revealed` is a sensitive one to show, which may raise DecryptionFailed."""
    descriptions = {output["name"]: output["description"] for output in given.version.schema["outputs"]}
    found = _of(state=given.state_id)
    large = [output for output in found if output.is_large and not output.is_sensitive]
    kept, problem = _readable(large[:MOST_BEGINNINGS])
    kept |= _beginnings([revealed]) if revealed else {}
    return [
        ShownOutput(
            output.name,
            descriptions.get(output.name, ""),
            kept.get(output.pk, "") if output.is_sensitive or output.is_large else values.show(output.value),
            output.is_sensitive and output != revealed,
            output.is_large,
            output.is_sensitive,
            isinstance(given, Deployment),
            output.size,
            "" if output.is_sensitive else problem,
        )
        for output in found
    ]


@compiled
def _of(state: Param) -> QuerySet[Output]:
    return Output.objects.filter(state=state)


def _readable(outputs: Iterable[Output]) -> tuple[dict[int, str], str]:
    """The first parts of the values of some outputs, and why they can't be shown."""
    try:
        return _beginnings(outputs), ""
    except DecryptionFailed as error:
        return {}, faults.unreadable("The value", error)


def _beginnings(outputs: Iterable[Output]) -> dict[int, str]:
    """The first parts of the values of some outputs, by key."""
    wanted = {output.pk: output for output in outputs}
    if not wanted:
        return {}
    parts = _parts().filter(output__in=wanted, number=0)
    return {part.output_id: part.content.decode(errors="ignore") for part in parts}


def download(
    deployment: Deployment, output: Output, *, answer: Callable[..., StreamingHttpResponse]
) -> StreamingHttpResponse:
    """The whole value of a large output, sent a part at a time; `answer` makes the response.

    Raises DecryptionFailed before anything is sent.
    """
    _part(output.pk, 0)
    name = f"{deployment.ref}-{output.name if output.name.isascii() else 'output'}.txt"
    return parts_download(partial(_part, output.pk), name=name, kind="text/plain; charset=utf-8", answer=answer)


def _part(output_id: int, number: int) -> bytes:
    part = _parts().filter(output=output_id, number=number).first()
    return part.content if part else b""


def _parts() -> QuerySet[OutputPart]:
    return OutputPart.objects.select_related("output__state__deployment").defer(*HEAVY)
