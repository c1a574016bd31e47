"""Short texts for inputs."""

from modules.terraform.short_texts import shown_type

LOGIN = 'object({ user = string, password = optional(string, "letmein") })'


def test_the_type_of_a_sensitive_variable_is_shown_without_the_defaults_inside_it():
    assert shown_type({"type": LOGIN, "sensitive": True}) == "object({ user = string, password = optional(string) })"


def test_the_type_of_any_other_variable_is_shown_as_it_is():
    assert shown_type({"type": LOGIN, "sensitive": False}) == LOGIN


def test_an_unreadable_type_of_a_sensitive_variable_is_not_shown():
    assert shown_type({"type": "objekt({})", "sensitive": True}) == ""
