from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

# Error texts of psycopg for the character NUL, of Django for a key in the admin's URL that is no number, and of Python
# for a year there that no calendar has.
UNSTORABLE = ("NUL (0x00)", "expected a number but got", "is out of range")


class UnreadableIs400(MiddlewareMixin):
    """Answers 400 to requests that cannot be decoded or stored; plain text, as a page would read them again."""

    def process_request(self, request: HttpRequest) -> HttpResponseBadRequest | None:
        is_form = request.content_type == "application/x-www-form-urlencoded"
        if is_form and (request.encoding or "utf-8").lower() != "utf-8":
            return self._refusal()
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBadRequest | None:
        is_unstorable = isinstance(exception, ValueError) and any(mark in str(exception) for mark in UNSTORABLE)
        return self._refusal() if is_unstorable else None

    def _refusal(self) -> HttpResponseBadRequest:
        return HttpResponseBadRequest("The portal cannot read this request.", content_type="text/plain")


class NothingIsKept(MiddlewareMixin):
    """Forbids browsers and proxies to keep answers to signed-in people: Back then asks for the page of now.

    Static files do not pass here, and an answer with a rule of its own keeps it.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        # Whom Django's middleware has found for the page; asking anew could fail with what the page failed with.
        user = getattr(request, "_cached_user", None) or getattr(request, "_acached_user", None)
        if user is not None and user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response


class InvalidFormIs422(MiddlewareMixin):
    """Answers 422 to invalid forms in allauth's views, as our own views do."""

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
