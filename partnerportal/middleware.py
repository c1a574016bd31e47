from django.http import HttpRequest, HttpResponseBadRequest
from django.template.response import TemplateResponse
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


class InvalidFormIs422(MiddlewareMixin):
    """Answers 422 to invalid forms in allauth's views, as our own views do."""

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
