"""Secrets of any length are masked in one pass, in memory that does not depend on how they are built."""

import json
import random
import re

import pytest

from deployments.inputs.form import form_for
from deployments.redaction import BLOCK, MASK, MOST_FORMS, TOO_MANY, WINDOW, Redactor, TooManyForms, forms_of
from deployments.tests.inputs.schemas import schema, variable

LINES = "\n".join(f"line {number:04} of a key" for number in range(3_000))


def random_text(length):
    return "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz", k=length))


class Counting(Redactor):
    """Counts the characters that are searched."""

    searched = 0

    def clean_pieces(self, pieces, *, hidden_end=0):
        self.searched += sum(map(len, pieces))
        return super().clean_pieces(pieces, hidden_end=hidden_end)


def test_a_secret_of_3000_lines_made_forms_without_end():
    forms = forms_of([LINES])
    assert len(forms) < 6_000
    assert max(map(len, forms)) <= BLOCK
    assert sum(map(len, forms)) < 20 * len(LINES)


@pytest.mark.parametrize("form", [LINES, json.dumps(LINES)[1:-1], LINES.split("\n")[7], random_text(0) + LINES * 2])
def test_a_long_secret_is_masked_as_one(form):
    assert Redactor([LINES]).clean(f"before {form} after") == f"before {MASK} after"


def test_the_parts_of_a_long_line_are_masked_wherever_they_are_printed():
    secret = random_text(10_000)
    assert Redactor([secret]).clean(secret[5_000:6_000]).replace(MASK, "") in secret[5_000:6_000]
    assert len(Redactor([secret]).clean(secret[5_000:6_000])) < 2 * BLOCK


def test_a_character_beyond_ascii_moves_no_mask():
    assert Redactor(["geheim"]).clean("äöü€😀 geheim 😀") == f"äöü€😀 {MASK} 😀"


def test_secrets_that_touch_are_masked_as_one():
    assert Redactor(["first-one", "second"]).clean("<first-onesecond>") == f"<{MASK}>"


def test_a_mask_over_several_pieces_stands_where_it_begins():
    redactor = Redactor(["one-two-three"])
    assert redactor.clean_pieces(["a one", "-two-", "three b", " one-two-three"]) == [f"a {MASK}", "", " b", f" {MASK}"]


@pytest.mark.parametrize("text", ["${secret}", "%{secret}"])
def test_the_key_of_an_address_is_masked_as_terraform_writes_it(text):
    written = json.dumps(text).replace("${", "$${").replace("%{", "%%{")
    assert Redactor([text]).clean(f"a.b[{written}]") == f'a.b["{MASK}"]'


def test_jsonencode_writes_signs_of_html_as_numbers():
    assert Redactor(["<secret&>"]).clean(r"\u003csecret\u0026\u003e") == MASK


def test_a_surrogate_in_a_line_does_not_end_the_run():
    assert Redactor(["secret"]).clean("a \ud800 secret") == f"a \ud800 {MASK}"


@pytest.mark.parametrize("text", ["a secr", "a s", "ends with nothing", "", "secret"])
def test_the_open_end_is_the_longest_beginning_of_a_secret(text):
    wanted = {"a secr": 4, "a s": 1}.get(text, 0)
    assert Redactor(["secret", "sesame"]).open_end(text) == wanted


def test_what_is_held_back_is_bounded_by_a_block():
    secret = random_text(50_000)
    assert Redactor([secret]).open_end(secret[:-1]) < BLOCK


def test_more_forms_than_the_limit_are_refused():
    assert len(forms_of([random_text(100_000)])) < MOST_FORMS
    with pytest.raises(TooManyForms):
        forms_of(["\n".join(f"line {number}" for number in range(MOST_FORMS))])


def test_the_form_refuses_values_that_no_log_could_be_cleaned_of():
    values = schema(variable("token", sensitive=True), variable("plain"))
    many = "\n".join(f"line {number}" for number in range(MOST_FORMS))
    form = form_for(values, data={"in-token": many, "in-plain": "a"})
    assert not form.is_valid()
    assert form.non_field_errors() == [TOO_MANY]
    assert form_for(values, data={"in-token": LINES, "in-plain": many}).is_valid()


def test_where_two_secrets_overlapped_the_end_of_the_second_was_shown():
    redactor = Redactor(["admin-secret", "secret-token"])
    assert redactor.clean("as admin-secret-token at") == f"as {MASK} at"
    assert Redactor(["abcabc"]).clean("1 abcabcabcabcabc 2") == f"1 {MASK} 2"


def every_occurrence_masked(secrets, text):
    is_hidden = [False] * len(text)
    for form in forms_of(secrets):
        for at in range(len(text)):
            if text.startswith(form, at):
                is_hidden[at : at + len(form)] = [True] * len(form)
    shown = "".join("\0" if hidden else character for character, hidden in zip(text, is_hidden, strict=True))
    return MASK.join(re.split("\0+", shown))


@pytest.mark.parametrize("alphabet", ["ab", "abc1", "é€😀\n"])
def test_random_secrets_are_masked_at_every_occurrence(alphabet):
    chance = random.Random(alphabet)
    for _ in range(100):
        secrets = ["".join(chance.choices(alphabet, k=length)) for length in (0, 3, 4, 5, 8, 12)]
        parts = [chance.choice([*alphabet, "z", *secrets])[chance.randint(0, 1) :] for _ in range(20)]
        assert Redactor(secrets).clean("".join(parts)) == every_occurrence_masked(secrets, "".join(parts))


def test_a_secret_is_masked_where_two_windows_meet():
    secret = random_text(200)
    for at in range(WINDOW - 210, WINDOW + 10, 7):
        assert Redactor([secret]).clean(f"{'.' * at}{secret}.") == f"{'.' * at}{MASK}."


def test_secrets_that_end_with_each_other_make_no_match_for_each():
    redactor = Redactor([f"{'a' * length}" for length in range(4, 250)])
    assert redactor.clean(f"b{'a' * 1_000}b") == f"b{MASK}b"
    assert not redactor.finds_all
