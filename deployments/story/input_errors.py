"""The notice about errors above the form of a module's inputs."""

from dataclasses import dataclass, field

from django.contrib.humanize.templatetags.humanize import apnumber
from django.forms import BoundField
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from deployments.inputs.form import PREFIX, InputsForm, visible_variables
from deployments.inputs.nested_widget import words
from deployments.models import Run
from modules.models import Scan

NOTHING_CREATED = "Nothing was created."


@dataclass(frozen=True)
class Wrong:
    """One invalid input: the id of its element, its label, and what is wrong."""

    id: str
    label: str
    message: str


@dataclass(frozen=True)
class Errors:
    """The notice above a form: how many inputs are invalid, what happened, and which they are."""

    titles: list[str]
    text: str = ""
    wrong: list[Wrong] = field(default_factory=list)


@dataclass(frozen=True)
class Rejected:
    """The inputs whose values the last run refused: the address of the first one's field, and links to all."""

    url: str
    links: SafeString


def rejected_inputs(run: Run, *, form_url: str, sees_hidden: bool) -> Rejected | None:
    """What to change before a failed run can succeed, in the form at `form_url`; None when nothing in it is known."""
    asked = visible_variables(run.version.schema, sees_hidden=sees_hidden)
    wrong = [variable["name"] for variable in asked if variable["name"] in run.input_errors]
    if not wrong:
        return None
    fields = [(f"{form_url}#id_{PREFIX}-{name}", words(name)) for name in wrong]
    return Rejected(fields[0][0], format_html_join(", ", '<a href="{}">{}</a>', fields))


def errors(form: InputsForm, *, kept: str) -> Errors | None:
    """The notice for a form's errors, if it has any; `kept` says what was kept and what did not happen."""
    if not form.errors:
        return None
    wrong = [each for bound in form.visible_fields() if bound.errors for each in _wrong(bound)]
    titles = [str(error) for error in form.non_field_errors()]
    if not wrong:
        return Errors(titles)
    title = needing_change(len(wrong))
    text = kept if form.is_bound else rejected(len(wrong))
    return Errors([*titles, title], text, wrong)


def needing_change(number: int) -> str:
    """The number of invalid inputs: "Two inputs need a change."."""
    words = str(apnumber(number)).capitalize()
    return f"{words} input needs a change." if number == 1 else f"{words} inputs need a change."


def rejected(number: int) -> str:
    """The sentence for inputs that failed the module's validations in the last run."""
    return f"The module rejected {'it' if number == 1 else 'them'} in the last run."


def commit(scan: Scan) -> SafeString:
    """The commit whose form the trial shows, with its message."""
    message = f" “{scan.commit_message}”" if scan.commit_message else ""
    return format_html("<code>{}</code>{}", scan.commit[:7], message)


def _wrong(bound: BoundField) -> list[Wrong]:
    """A field that is wrong, or each invalid part of a nested value."""
    parts = getattr(bound.field.widget, "wrong", {})
    if not parts:
        return [Wrong(bound.id_for_label or bound.auto_id, str(bound.label), " ".join(map(str, bound.errors)))]
    return [Wrong(f"id_{spot.name}", spot.label, message) for spot, message in parts.items()]
