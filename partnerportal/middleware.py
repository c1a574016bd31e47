from django.utils.deprecation import MiddlewareMixin


class InvalidFormIs422(MiddlewareMixin):
    """Gives the sign-in pages, whose views are not ours, the answer that our own views give to an invalid form."""

    def process_template_response(self, request, response):
        form = (response.context_data or {}).get("form")
        if request.method == "POST" and response.status_code == 200 and getattr(form, "errors", None):
            response.status_code = 422
        return response
