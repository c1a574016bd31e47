"""What a browser sends back of a form that nobody touched, in every type and spelling."""

from django.http import QueryDict

from deployments.inputs.form import form_for
from deployments.tests.inputs.posted import SPELLINGS, VALUES, Page
from deployments.tests.inputs.schemas import schema, variable

ADDRESS = "http://portal.test/form/"
SCHEMA = schema(
    *(variable(f"v{at}", type_, default=value) for at, (type_, value) in enumerate([*VALUES, *SPELLINGS])),
    variable("zone", default="a\r\nb", options=["a\r\nb", "c"]),
)


def sent_by(chromium, html):
    """The post of a browser that opens a page with this form and presses Enter's button."""
    page = chromium.new_page()
    sent = []

    def answer(route):
        sent.append(route.request.post_data)
        form = f'<!doctype html><meta charset="utf-8"><form method="post">{html}<button id="go">Go</button></form>'
        route.fulfill(body=form if route.request.method == "GET" else "Sent.", content_type="text/html; charset=utf-8")

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    page.locator("#go").click()
    page.wait_for_function("document.body.textContent === 'Sent.'")
    page.close()
    return QueryDict(sent[-1])


def test_a_browser_changed_defaults_that_nobody_touched(chromium):
    html = "".join(str(field) for field in form_for(SCHEMA))
    posted = sent_by(chromium, html)
    form = form_for(SCHEMA, data=posted)
    assert form.is_valid(), form.errors
    assert form.answers() == {}
    # The tests without a browser read the page as a browser does.
    assert dict(posted.lists()) == dict(Page(html).posted.lists())
