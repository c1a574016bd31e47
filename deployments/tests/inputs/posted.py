"""What a browser posts for a form of inputs, and which values the form reads from it."""

import re
from html.parser import HTMLParser

from django.http import QueryDict

from deployments.inputs.form import form_for
from deployments.inputs.widgets import rearranged
from deployments.tests.inputs.schemas import schema, variable


class Page(HTMLParser):
    """What a browser would post for a rendered form: names and values of its fields."""

    def __init__(self, html):
        super().__init__()
        self.posted = QueryDict(mutable=True)
        self._area = self._select = None
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.posted.appendlist(given["name"], given.get("value", "on" if given.get("type") == "checkbox" else ""))
        if tag == "textarea":
            self._area, self._text = given["name"], ""
        if tag == "select":
            self._select, self._first = given["name"], None
        if tag == "option" and (self._first is None or "selected" in given):
            self._first = given["value"]

    def handle_data(self, data):
        if self._area:
            self._text += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            text = self._text.replace("\r\n", "\n").removeprefix("\n").replace("\n", "\r\n")
            self.posted.appendlist(self._area, text)
            self._area = None
        if tag == "select":
            self.posted.appendlist(self._select, self._first or "")


def post(form):
    return Page("".join(str(field) for field in form)).posted


def answers(variables, data, **options):
    form = form_for(variables, data=data, **options)
    assert form.is_valid(), form.errors
    return form.answers()


VALUES = [
    ("string", "plain"),
    ("string", "  spaces and “quotes” <b>&amp; "),
    ("string", "two\nlines\n"),
    ("string", "\nstarts with a line end"),
    ("string", ""),
    ("number", 0),
    ("number", -3),
    ("number", 1.5),
    ("number", 12345678901234567890),
    ("number", "3.141592653589793238462643"),
    ("bool", True),
    ("bool", False),
    ("list(string)", ["a", "", " b ", "c,d", "e\nf", "a"]),
    ("list(string)", []),
    ("list(number)", [1, 2.5]),
    ("list(bool)", [True, False]),
    ("set(string)", ["x", "y"]),
    ("map(string)", {"team": "orders", "empty": "", "long": "a\nb", "ü": '"'}),
    ("map(number)", {"a": 1, "b": 0.5}),
    ("map(string)", {}),
    ("object({ a = string, b = optional(number) })", {"a": "x", "b": 2}),
    ("list(object({ a = string }))", [{"a": "x"}, {"a": "y"}]),
    ("map(object({ a = list(string) }))", {"k": {"a": ["</textarea>"]}}),
    ("list(any)", [{"a": 1}, {"a": 2}]),
    ("tuple([string, number])", ["x", 1]),
    ("list(string)", ["a", None]),
    ("map(number)", {"a": None, "b": 1}),
    ("set(object({ a = string, b = optional(number, 3) }))", [{"a": "", "b": 1}]),
    ("list(list(list(bool)))", [[], [[True], []]]),
    ("object({ a = string, b = object({ c = any, d = list(any) }) })", {"a": None, "b": {"c": None, "d": ["x"]}}),
    ("tuple([object({ a = number }), map(list(string))])", [{"a": 0.5}, {"k": ["", "ü"]}]),
    ("any", {"max": 200, "nested": [1, "two", None, True]}),
    ("any", "a text"),
    ("any", 5),
]


def asking(type_, **fields):
    return schema(variable("v", type_, **fields))


def pressed(posted, button, value):
    """What a browser posts when this button of the page is pressed, as the server then takes it."""
    posted = posted.copy()
    posted[button] = value
    return rearranged(posted)


def drawn(asked, **options) -> str:
    """The field as it is drawn, its attributes in a row."""
    return re.sub(r"\s+", " ", str(form_for(asked, **options)["v"]))


def after(asked, *buttons, typed=()):
    """What the page posts after these buttons were pressed on it, one after the other."""
    posted = post(form_for(asked))
    for button, value in buttons:
        assert f'name="{button}" value="{value}"' in drawn(asked, data=posted, check=False)
        posted = post(form_for(asked, data=pressed(posted, button, value), check=False))
    for name, text in dict(typed).items():
        assert name in posted, posted
        posted[name] = text
    return posted
