"""The live log of a run as server-sent events."""

from functools import partial

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_required
from django.db import close_old_connections
from django.http import Http404, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from deployments.models import Deployment, Run
from deployments.runs.live_log import in_reader, stream


@login_required
@require_GET
async def run_log(request: SignedInRequest, ref: str, number: int) -> StreamingHttpResponse:
    """Server-sent events: each chunk's lines with its sequence as id, then `end` with the final status.

    Resumes after the chunk in `Last-Event-ID` or `?after=`.
    """
    user = await request.auser()
    run_id = await sync_to_async(_visible_run)(user.pk, ref, number)
    if run_id is None:
        raise Http404
    await sync_to_async(close_old_connections)()  # a stream may last an hour without using one
    after = request.headers.get("Last-Event-ID") or request.GET.get("after", "")
    position = int(after) if after.isdecimal() and len(after) < 10 else 0
    may_go_on = partial(in_reader, _visible_run, user.pk, ref, number)
    return StreamingHttpResponse(
        stream(run_id, position, may_go_on),
        content_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
    )


def _visible_run(user_id: int, ref: str, number: int) -> int | None:
    """The primary key of the run, if this person can see it now; otherwise None."""
    user = get_user_model().objects.filter(pk=user_id).first()
    if user is None:
        return None
    visible = Deployment.objects.visible_to(user).filter(ref=ref)
    return Run.objects.filter(deployment__in=visible, number=number).values_list("pk", flat=True).first()
