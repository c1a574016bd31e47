"""What a browser posts for a form of inputs, and which values the form reads from it."""

import re
from html.parser import HTMLParser

from django.http import QueryDict

from deployments.inputs.form import form_for
from deployments.inputs.widgets import rearranged
from deployments.tests.inputs.schemas import schema, variable


class Page(HTMLParser):
    """What a browser would post for a rendered form: names and values of its fields.

    Source: HTML's "Preprocessing the input stream", "Value sanitization", and "Constructing the entry list".
    `tests/browser/test_untouched_forms.py` compares it with a browser.
    """

    def __init__(self, html):
        super().__init__()
        self.posted = QueryDict(mutable=True)
        self._area = self._select = None
        self.feed(one_line_end(html))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        kind = given.get("type", "text")
        if tag == "input" and (kind != "checkbox" or "checked" in given):
            value = given.get("value", "on" if kind == "checkbox" else "")
            self._add(given["name"], value if kind == "hidden" else value.replace("\n", "").replace("\r", ""))
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
            self._add(self._area, self._text.removeprefix("\n"))
            self._area = None
        if tag == "select":
            self._add(self._select, self._first or "")

    def _add(self, name, value):
        self.posted.appendlist(name, one_line_end(value).replace("\n", "\r\n"))


def one_line_end(text):
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
# Defaults that Terraform converts to their type, or whose line ends no page can show.
SPELLINGS = [
    ("string", "a\r\nb"),
    ("string", "a\rb"),
    ("string", "\r\n"),
    ("string", "\r"),
    ("string", "mixed\n\r\n\rends\r"),
    ("string", 8080),
    ("string", 0.0000001),
    ("string", 1e21),
    ("string", 1.5e-10),
    ("string", -0.25),
    ("string", True),
    ("number", "1"),
    ("number", "2.50"),
    ("number", "1e3"),
    ("number", 0.0000001),
    ("number", 1e-70),
    ("number", "007"),
    ("bool", "true"),
    ("bool", "false"),
    ("bool", "1"),
    ("bool", "0"),
    ("list(string)", ["a\r\nb", "\r", 8080, 0.0000001, True, ""]),
    ("set(string)", ["b", "a", "b", 1, 1.0]),
    ("list(number)", ["1", "2.50"]),
    ("set(number)", ["1", 1, 2]),
    ("list(bool)", ["true", "0", False]),
    ("map(string)", {"a\r\nb": "c\rd", "port": 80, "on": False, "e\nf": "g"}),
    ("map(string)", {"a\r\nb": "1", "a\nb": "2"}),
    ("map(string)", {"": "blank key"}),
    ("map(string)", {"": ""}),
    ("map(number)", {"a": "1.50"}),
    ("object({ a = string, b = optional(number, 3), c = bool })", {"a": 0.0000001, "c": "1", "unknown": 1}),
    ('object({ a = optional(string, "x") })', {"a": None}),
    ("list(object({ a = string, n = number }))", [{"a": "x\r\ny", "n": "2.50"}, {"a": True, "n": 1}]),
    ("map(object({ a = list(string) }))", {"k\r": {"a": [1, "two\r"]}}),
    ("tuple([string, number, bool])", [1, "1", "true"]),
    ("any", "a\r\nb"),
    ("any", ["1", 2, "c\rd"]),
    ("map(string)", {f"entry-{number}": number for number in range(2600)}),
    ("list(string)", [f"entry\r\n{number}" for number in range(2600)]),
    ("list(object({ a = string }))", [{"a": number} for number in range(200)]),
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
