"""Drafts: store a form's values on the server between its pages, sensitive ones encrypted."""

import re
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.http import QueryDict

from accounts.models import User
from deployments.inputs.fields import SecretField
from deployments.inputs.form import InputsForm
from deployments.models import Deployment, Draft, Inputs
from foundation.encryption import DecryptionFailed
from foundation.refs import BASE32, LENGTH, LETTERS
from modules.models import ModuleVersion

REF = re.compile(rf"[{LETTERS}][{BASE32}]{{{LENGTH - 1}}}")


def find(ref: str, *, owner: User, version: ModuleVersion, deployment: Deployment | None = None) -> Draft:
    """The person's draft with this ref for this form, or a new, unsaved one, which takes the ref if it is unused."""
    found = Draft.objects.filter(ref=ref).first() if REF.fullmatch(ref) else None
    if found and found.owner_id == owner.pk and found.deployment == deployment:
        found.version = version
        return found
    draft = Draft(owner=owner, version=version, deployment=deployment)
    if REF.fullmatch(ref) and not found:
        draft.ref = ref
    return draft


def readable_secrets(row: Inputs) -> dict[str, Any]:
    """The secrets of a draft or deployment; none when they can't be decrypted, so that they can be entered again."""
    try:
        return row.secrets()
    except DecryptionFailed:
        return {}


def keep(draft: Draft, form: InputsForm, *, secrets: dict[str, Any]) -> None:
    """Save the sensitive values of `form` always, and the others only when it is checked and valid.

    `secrets` are those of the draft; the form's replace them.
    """
    names = {variable["name"] for variable in draft.version.schema["variables"] if variable["sensitive"]}
    given = secrets | form.secrets()
    draft.set_secrets({name: value for name, value in given.items() if name in names})
    if form.check and form.is_valid():
        draft.inputs = form.answers()
        draft.name = form.cleaned_data.get(form.NAME, "")
    _save(draft)
    for name in form.secrets():
        cast(SecretField, form.fields[name]).keep()


def mark(draft: Draft) -> str:
    """The draft's last change, which a confirmation page posts back to detect a later one."""
    return draft.updated_at.isoformat()


def changed_since(draft: Draft, post: QueryDict) -> str:
    """An error message when the draft was saved again after the posted page was made; otherwise blank."""
    if post.get("seen", mark(draft)) == mark(draft):
        return ""
    return "The form was changed in another window. Check the current values below and confirm again."


def _save(draft: Draft) -> None:
    """Save the draft. When the form was sent twice at the same moment, the second save overwrites the first."""
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        draft.pk = Draft.objects.values_list("pk", flat=True).get(ref=draft.ref, owner=draft.owner)
        draft.save(force_update=True)
