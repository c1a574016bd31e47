"""A form with more inputs, or longer ones, than the portal reads is answered by a page that says what to do."""

import pytest
from django.urls import reverse

from deployments.tests.page_text import text_of

pytestmark = pytest.mark.django_db
PAGE = reverse("account_login")
MANY = {"in-v": ["x"] * 10_001}
LONG = {"in-v": "x" * (10 * 1024**2 + 1)}


@pytest.mark.parametrize("data", [MANY, LONG])
def test_a_form_that_was_too_large_ended_on_a_page_about_addresses(client, data):
    response = client.post(PAGE, data)
    assert response.status_code == 413
    assert "This form is too large" in text_of(response)
    assert "Nothing was changed. Go back" in text_of(response)


def test_a_row_that_was_too_much_left_a_page_on_which_nothing_happened(client):
    response = client.post(PAGE, MANY, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert {name: response[name] for name in ("HX-Retarget", "HX-Reswap", "HX-Reselect")} == {
        "HX-Retarget": "body",
        "HX-Reswap": "beforeend",
        "HX-Reselect": ".toasts",
    }
    assert "what you typed is still here" in text_of(response)


def test_any_other_unreadable_request_is_still_a_400(client):
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
