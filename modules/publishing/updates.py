"""How many updates are available: beside "Publish", on every page of those who publish."""

from functools import partial
from typing import Any, TypeAlias

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import IsNull

from accounts.models import GitHubConnection, User
from foundation.compiled import Param, compiled
from foundation.remembered import once
from modules.models import Module, ModuleVersion, Scan, ScannedModule

WithUpdates: TypeAlias = Any  # a GitHubConnection with its number of `updates`
LISTS = ("branches", "scopes")  # columns that no frame of a page needs


def connections_of(user: User) -> list[WithUpdates]:
    """The connections that `user` manages, each with `updates`: how many published modules differ from its newest scan.

    A folder that may have been renamed is not counted. One query, once in each request, as each page shows them.
    """
    return once((connections_of, user.pk), partial(_connections_of, user))


def _connections_of(user: User) -> list[WithUpdates]:
    owners = user.publishes_for
    return _connections(owner=user.pk if user in owners else None, of_platform=None in owners) if owners else []


@compiled
def _connections(owner: Param, of_platform: Param) -> QuerySet[WithUpdates]:
    platforms = Q(owner=None) & Q(ExpressionWrapper(of_platform, BooleanField()))
    rows = GitHubConnection.objects.filter(Q(owner=owner) | platforms).defer(*LISTS).order_by("pk")
    number = _waiting().order_by().values("repository_id").annotate(number=Count("pk")).values("number")
    return rows.annotate(updates=Coalesce(Subquery(number), 0))


def _waiting() -> QuerySet[Module]:
    """The published modules of a connection, in a query of connections, whose newest version is not as it was read."""
    scans = Scan.objects.filter(
        Q(connection__branch="") | Q(branch=F("connection__branch")),
        repository_id=F("connection__repository_id"),
        any_depth=F("connection__any_depth"),
        status=Scan.Status.SUCCEEDED,
        connection=OuterRef(OuterRef(OuterRef("pk"))),
    )
    holder = scans.newest_first().annotate(holder=Coalesce("same_as_id", "pk")).values("holder")[:1]
    found = ScannedModule.objects.filter(scan=Subquery(holder), path=OuterRef("path"), is_valid=True)
    newest = ModuleVersion.objects.filter(module=OuterRef(OuterRef("pk"))).order_by("-number")
    differs = found.exclude(content_hash=Subquery(newest.values("content_hash")[:1]))
    of_owner = Q(owner=OuterRef("owner")) | Q(owner=None) & Q(IsNull(OuterRef("owner"), True))
    return Module.objects.published().filter(of_owner, Exists(differs), repository_id=OuterRef("repository_id"))
