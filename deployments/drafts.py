"""Drafts: what was typed in a form, kept on the server between its pages, sensitive values encrypted."""

import re
from datetime import timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from deployments.inputs.fields import SecretField
from deployments.inputs.form import InputsForm
from deployments.models import Deployment, Draft, Inputs
from foundation.encryption import DecryptionFailed
from foundation.refs import BASE32, LENGTH, LETTERS
from modules.models import ModuleVersion

REF = re.compile(rf"[{LETTERS}][{BASE32}]{{{LENGTH - 1}}}")
KEPT_FOR = timedelta(days=7)


def find(ref: str, *, owner: User, version: ModuleVersion, deployment: Deployment | None = None) -> Draft:
    """The person's draft with this ref for this form, or a new one, not saved, that takes the ref when it is free."""
    found = Draft.objects.filter(ref=ref).first() if REF.fullmatch(ref) else None
    if found and found.owner_id == owner.pk and found.deployment == deployment:
        found.version = version
        return found
    draft = Draft(owner=owner, version=version, deployment=deployment)
    if REF.fullmatch(ref) and not found:
        draft.ref = ref
    return draft


def readable_secrets(row: Inputs) -> dict[str, Any]:
    """The secrets of a draft or deployment; none where the key is gone, so that they can be typed anew."""
    try:
        return row.secrets()
    except DecryptionFailed:
        return {}


def keep(draft: Draft, form: InputsForm, *, secrets: dict[str, Any]) -> None:
    """Save what `form` holds: the sensitive values always, the others once the whole form is valid.

    `secrets` are those that the draft has; the form's go before them.
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
    Draft.objects.filter(owner=draft.owner, updated_at__lt=timezone.now() - KEPT_FOR).delete()


def mark(draft: Draft) -> str:
    """What a confirmation page carries, to tell whether the draft is still the one that it shows."""
    return draft.updated_at.isoformat()


def changed_since(draft: Draft, post: QueryDict) -> str:
    """A sentence when the draft was written in another window after the page that was posted; otherwise nothing."""
    if post.get("seen", mark(draft)) == mark(draft):
        return ""
    return "The form was changed in another window. Check the current values below and confirm again."


def _save(draft: Draft) -> None:
    """A form that is sent twice at the same moment makes one draft: the second writes over the first."""
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:
        draft.pk = Draft.objects.values_list("pk", flat=True).get(ref=draft.ref, owner=draft.owner)
        draft.save(force_update=True)
