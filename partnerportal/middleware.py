from django.http import HttpRequest, HttpResponseBadRequest
from django.template.response import TemplateResponse
from django.utils.deprecation import MiddlewareMixin

# What psycopg says of the character NUL, and Django of a key that its admin hands on as it was sent.
UNSTORABLE = ("NUL (0x00)", "expected a number but got")


class UnreadableIs400(MiddlewareMixin):
    """Answers what no page can read, as the bad request that it is, in plain words: rendering a page reads it too."""

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
    """Gives the sign-in pages, whose views are not ours, the answer that our own views give to an invalid form."""

    def process_template_response(self, request: HttpRequest, response: TemplateResponse) -> TemplateResponse:
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
