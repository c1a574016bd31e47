"""The log of a run: live as server-sent events, and as a download."""

from collections.abc import AsyncGenerator

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from accounts.requests import SignedInRequest
from deployments import presentation
from deployments.models import Deployment, Run
from deployments.runs import live_log
from deployments.story import runs
from deployments.views.shared import of_deployment
from foundation.places import piece
from foundation.streams import StreamedResponse

EVENTS, TEXT = "text/event-stream", "text/plain; charset=utf-8"
UNBUFFERED = {"X-Accel-Buffering": "no"}  # for nginx
NO_MORE = b"You can't see this log any more. The rest is not included.\n"


@login_required
@require_GET
def run_log(request: SignedInRequest, ref: str, number: int) -> HttpResponseBase:
    """Server-sent events: each chunk's lines with its sequence as id, then `end` with the final status.

    Resumes after the chunk in `Last-Event-ID` or `?after=`. With `?ask`, for a browser that got no stream, the answer
    ends with what there is; `gone` says that the reader may not read on.
    """
    run = _visible_run(request, ref, number)
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    position = int(after) if after.isdecimal() and len(after) < 10 else 0
    if "ask" in request.GET:
        return HttpResponse(live_log.answer(run.pk, position, run.status), content_type=EVENTS)
    parts = live_log.stream(run.pk, position)
    answer = of_deployment(request, run.deployment)
    return answer(parts, farewell=live_log.FORBIDDEN, content_type=EVENTS, headers=UNBUFFERED)


@login_required
@require_safe
def run_log_text(request: SignedInRequest, ref: str, number: int) -> StreamedResponse:
    run = _visible_run(request, ref, number)
    headers = {"Content-Disposition": f'attachment; filename="{ref}-run-{run.number}.log"'}
    removed = runs.log_removed(run, days=settings.KEEP_RUN_LOGS_DAYS)
    answer = of_deployment(request, run.deployment)
    return answer(_text(run.pk, removed), farewell=NO_MORE, content_type=TEXT, headers=headers)


def _visible_run(request: SignedInRequest, ref: str, number: int) -> Run:
    visible = Deployment.objects.visible_to(request.user).filter(ref=ref)
    found = Run.objects.filter(deployment__in=visible, number=number).select_related("deployment")
    run = found.only("number", "status", "emptied_at", "deployment__owner").first()
    if run is None:
        raise Http404
    return run


async def _text(run_id: int, removed: str) -> AsyncGenerator[bytes, None]:
    """The log without tones, a piece at a time, or the sentence that says where it is."""
    if removed:
        yield f"{removed}\n".encode()
    part = presentation.LogPart("", 0, 0)
    while (part := await piece(presentation.log_part, run_id, part)).text:
        yield part.text.encode()
