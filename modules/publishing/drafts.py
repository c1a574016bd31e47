"""A person's choices on the Publish page, stored as they change, so that every window shows the same."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, TypeAlias

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import GitHubConnection, User
from modules.models import PublishDraft
from modules.publishing import candidates
from modules.publishing.candidate import Candidate
from modules.publishing.promise import Promise

WithChoices: TypeAlias = Any  # a GitHubConnection with the annotation of `with_choices`


class Choice(StrEnum):
    """What a person chooses for a folder: the first two for one that is not published, the others for one that is."""

    PUBLISH = "publish"
    LEAVE = "leave"
    UPDATE = "update"
    KEEP = "keep"
    REMOVE = "remove"


# What was chosen where a promise begins with this word.
CARRIED_OUT = {"new": Choice.PUBLISH, "back": Choice.PUBLISH, "updated": Choice.UPDATE, "removed": Choice.REMOVE}


def choices_of(connection: GitHubConnection, by: User) -> dict[str, str]:
    """The stored choices by path; empty without a draft."""
    draft = PublishDraft.objects.filter(connection=connection, repository_id=connection.repository_id, by=by).first()
    return draft.choices if draft else {}


def with_choices(connections: QuerySet[GitHubConnection], by: User) -> QuerySet[GitHubConnection]:
    """Annotates `choices`, as `choices_of` has them; None without a draft."""
    mine = PublishDraft.objects.filter(connection=OuterRef("pk"), repository_id=OuterRef("repository_id"), by=by)
    return connections.annotate(choices=Subquery(mine.values("choices")))


def apply(found: Iterable[Candidate], choices: dict[str, str]) -> None:
    """Tick as chosen. Without a choice what is published stays, with its update unless that is breaking.

    A choice that no longer fits is ignored: nobody made it for what the folder is now. The old path of a renamed folder
    counts, too.
    """
    for candidate in found:
        choice = next((choices[name] for name in (candidate.path, *candidate.names) if name in choices), "")
        if candidate.is_published:
            candidate.ticked = choice != Choice.REMOVE
            stays = choice if choice in (Choice.UPDATE, Choice.KEEP) else beforehand(candidate)
            candidate.keeps = candidate.has_update and stays == Choice.KEEP
        else:
            candidate.ticked = candidate.can_be_ticked and choice == Choice.PUBLISH


def beforehand(candidate: Candidate) -> Choice:
    """What is chosen for a candidate before anybody chooses."""
    if not candidate.is_published:
        return Choice.LEAVE
    return Choice.KEEP if candidate.has_update and candidate.is_breaking else Choice.UPDATE


def select_all(found: Iterable[Candidate]) -> dict[str, str]:
    """The choices that tick all of these that may be ticked; breaking updates stay unchosen."""
    return {
        candidate.path: str(Choice.UPDATE if candidate.is_published else Choice.PUBLISH)
        for candidate in found
        if candidate.can_be_ticked and not candidate.ticked
    }


def chosen(candidate: Candidate) -> Choice:
    """What is chosen for a candidate now; a published one without an update has it as its update."""
    if not candidate.is_published:
        return Choice.PUBLISH if candidate.ticked else Choice.LEAVE
    if not candidate.ticked:
        return Choice.REMOVE
    return Choice.KEEP if candidate.keeps else Choice.UPDATE


@transaction.atomic
def save(connection: GitHubConnection, changes: dict[str, str], *, by: User) -> dict[str, str] | None:
    """Add these choices, by path, to the person's draft; others in it stay while their folder or module does.

    Returns all of its choices then; None when there was no change.

    Choices for what is neither are ignored, or a draft could grow without end. Raises PermissionDenied.
    """
    if not by.may_publish_for(connection.owner):
        raise PermissionDenied
    if not changes:
        return None
    draft, known = _locked(connection, by), candidates.paths_of(connection)
    draft.choices = {path: choice for path, choice in (draft.choices | changes).items() if path in known}
    draft.save(update_fields=["choices", "updated_at"])
    return draft.choices


@transaction.atomic
def settle(connection: GitHubConnection, done: Promise, *, by: User) -> None:
    """Drop the choices that a publication has carried out; what the person chose since stays."""
    draft = _locked(connection, by)
    carried_out = {path: CARRIED_OUT[becomes.split(" ")[0]] for path, becomes in done.items()}
    draft.choices = {path: choice for path, choice in draft.choices.items() if carried_out.get(path) != choice}
    draft.save(update_fields=["choices", "updated_at"])


@transaction.atomic
def forget(connection: GitHubConnection, *, by: User) -> None:
    """Drop all choices."""
    draft = _locked(connection, by)
    draft.choices = {}
    draft.save(update_fields=["choices", "updated_at"])


def _locked(connection: GitHubConnection, by: User) -> PublishDraft:
    mine = {"connection": connection, "repository_id": connection.repository_id, "by": by}
    PublishDraft.objects.bulk_create([PublishDraft(**mine)], ignore_conflicts=True)
    return PublishDraft.objects.select_for_update().get(**mine)
