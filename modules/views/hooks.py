"""Receives GitHub's webhooks. The URL is no secret: the signature authenticates a delivery."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import webhook_health
from accounts.models import GitHubConnection
from modules.scanning import webhooks

# One answer for all of these, or whoever asks would learn which connections exist.
REFUSED = "No webhook has this address and this secret. Copy both from your profile."
LONGEST_TEXT = 200  # characters of an answer, which may quote what was sent


@csrf_exempt
@require_POST
def github(request: HttpRequest, ref: str) -> HttpResponse:
    """Verify and store a delivery, without any request to GitHub: a worker runs the scan."""
    body = request.read(webhooks.MOST_BYTES + 1)
    if len(body) > webhooks.MOST_BYTES:
        return _answer(413, "The body is larger than 1 MiB.")
    connection = GitHubConnection.objects.filter(ref=ref).first()
    signature = webhooks.signature_of(body, connection)
    if not signature:
        return _answer(403, REFUSED)
    if not webhooks.is_signed(signature, request.headers.get("X-Hub-Signature-256", "")):
        webhook_health.note_refused(connection)
        return _answer(403, REFUSED)
    delivery_id, event = (request.headers.get(f"X-GitHub-{name}", "") for name in ("Delivery", "Event"))
    try:
        payload = webhooks.payload_of(body, request.content_type)
        said = webhooks.take(connection, delivery_id=delivery_id, signature=signature, event=event, payload=payload)
    except webhooks.Unreadable as error:
        return _answer(400, str(error))
    except GitHubConnection.DoesNotExist:
        return _answer(403, REFUSED)
    return _answer(200 if said == webhooks.PONG else 202, said)


def _answer(status: int, text: str) -> HttpResponse:
    content = text[:LONGEST_TEXT].encode(errors="replace")
    return HttpResponse(content, status=status, content_type="text/plain; charset=utf-8")
