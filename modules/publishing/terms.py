"""A publisher's settings for a module: title, price, audience, automatic publishing."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import transaction

from accounts.models import GitHubConnection, User
from foundation import audit
from foundation.credits import CREDIT, nearest_units
from modules.models import Module, ModuleVersion, Share
from modules.publishing import candidates, services, writing
from modules.publishing.candidate import Candidate
from modules.terraform.schema import MOST_CREDITS
from modules.versions import titles

MOST_PEOPLE = 200
LONGEST_EMAIL = 254  # characters, as the column holds them


@dataclass
class Terms:
    """A publisher's settings; blank or None uses the repository's value. `credit_cost` in units of 1/10,000 credit."""

    title: str = ""
    credit_cost: int | None = None
    purchased_only: bool | None = None
    audience: str = "exclusive"
    emails: list[str] = field(default_factory=list)
    auto_publish: bool = False


@dataclass
class Suggestion:
    """The repository's values; its audience is never applied automatically. `credit_cost` as in Terms."""

    title: str
    credit_cost: int
    purchased_only: bool
    audience: str
    emails: list[str]


def terms_of(candidate: Candidate) -> Terms:
    """The settings of a candidate of `candidates.of_repository`; a folder without a module has the defaults."""
    if candidate.module is not None:
        return _terms(candidate.module)
    return Terms(audience=Module.Audience.EVERYONE if candidate.is_platform else Module.Audience.EXCLUSIVE)


def suggestion_of(candidate: Candidate) -> Suggestion:
    """The values of the folder's platform variables (`schema.PLATFORM`), without malformed e-mail addresses.

    A folder that is gone or invalid keeps the title and the price of the newest version.
    """
    if not candidate.is_valid:
        return _suggested_by(candidate.newest, candidate.title)
    platform = candidate.found.schema["platform"]
    emails = sorted({email.lower() for email in platform.get("shared_users") or [] if _is_email(email)})
    named = Module.Audience.NAMED if emails else Module.Audience.EXCLUSIVE
    return Suggestion(
        title=candidate.found.title,
        credit_cost=nearest_units(platform.get("credit_cost") or 0),
        purchased_only=bool(platform.get("require_credit_purchases")),
        audience=Module.Audience.EVERYONE if platform.get("public_access") else named,
        emails=emails[:MOST_PEOPLE],
    )


@transaction.atomic
def set_terms(
    connection: GitHubConnection, *, path: str, terms: Terms, by: User, apart: Collection[str] = ()
) -> Module:
    """Set the terms of a folder; they take effect at once if it is published, else on publication. Idempotent.

    A valid folder without a module gets an unpublished one that stores them; those of a renamed folder are stored with
    its module. `apart` as in `candidates.of_repository`. Raises NotPublishable for an invalid folder without a module,
    ValidationError and PermissionDenied.
    """
    connection = GitHubConnection.objects.locked().get(pk=connection.pk)
    if not by.may_publish_for(connection.owner):
        raise PermissionDenied
    scan = candidates.newest_scan(connection)
    candidate = candidates.at_path(connection, scan, path, apart=apart)
    if candidate is None or not (candidate.can_be_ticked or candidate.module):
        raise services.NotPublishable([path])
    terms = _clean(terms, connection.owner)
    module = Module.objects.locked().get(pk=candidate.module.pk) if candidate.module else writing.new(candidate, scan)
    before, person = _terms(module), _answers_for(module, by) if terms.auto_publish else None
    if terms == before and person == module.auto_publish_by:
        return module
    module.own_title, module.own_credit_cost = terms.title, terms.credit_cost
    module.own_purchased_only = terms.purchased_only
    module.auto_publish_by = person
    module.title = _title(module, candidate)
    module.save(update_fields=["own_title", "own_credit_cost", "own_purchased_only", "auto_publish_by", "title"])
    _write_audience(module, terms.audience, terms.emails)
    audit.record("module.terms_set", by=by, target=module, **_changed(before, terms))
    return module


@transaction.atomic
def set_audience(module: Module, *, audience: str, by: User, emails: Collection[str] = ()) -> Module:
    """Set who sees and may deploy a partner's module: Module.Audience, with e-mail addresses where it is NAMED.

    Raises PermissionDenied, and ValidationError, also for a platform module that is not for everyone.
    """
    module = Module.objects.locked().get(pk=module.pk)
    if not module.may_change(by):
        raise PermissionDenied
    before = _terms(module)
    after = _clean(Terms(audience=audience, emails=list(emails)), module.owner)
    _write_audience(module, after.audience, after.emails)
    if (before.audience, before.emails) != (after.audience, after.emails):
        audit.record("module.audience_set", by=by, target=module, audience=after.audience, people=after.emails)
    return module


def _suggested_by(version: ModuleVersion | None, title: str) -> Suggestion:
    nobody = Module.Audience.EXCLUSIVE
    if version is None:
        return Suggestion(title, 0, False, nobody, [])
    return Suggestion(version.title, version.credit_cost, version.purchased_only, nobody, [])


def _terms(module: Module) -> Terms:
    return Terms(
        title=module.own_title,
        credit_cost=module.own_credit_cost,
        purchased_only=module.own_purchased_only,
        audience=module.audience,
        emails=_emails(module),
        auto_publish=module.is_automatic,
    )


def _emails(module: Module) -> list[str]:
    """The people that the module is shared with; another audience has none."""
    return sorted(share.email for share in module.shares.all()) if module.audience == Module.Audience.NAMED else []


def _clean(terms: Terms, owner: User | None) -> Terms:
    """The terms as they are stored; raises ValidationError."""
    title = " ".join(terms.title.split())
    if len(title) > titles.LONGEST or not title.isprintable():
        raise ValidationError(f"Use at most {titles.LONGEST} printable characters for the title.")
    if terms.credit_cost is not None and not 0 <= terms.credit_cost <= MOST_CREDITS * CREDIT:
        raise ValidationError(f"Enter a price between 0 and {MOST_CREDITS:,} credits.")
    if terms.audience not in Module.Audience.values:
        raise ValidationError("Select an audience.")
    if owner is None and terms.audience != Module.Audience.EVERYONE:
        raise ValidationError("A platform module is for everyone.")
    emails = addresses(terms.emails, owner) if terms.audience == Module.Audience.NAMED else []
    return Terms(title, terms.credit_cost, terms.purchased_only, str(terms.audience), emails, terms.auto_publish)


def addresses(emails: Collection[str], owner: User | None = None) -> list[str]:
    """The addresses in lower case, unique, without the owner's; raises ValidationError that names malformed ones."""
    people = {email.strip().lower() for email in emails}
    if wrong := sorted(person for person in people if not _is_email(person)):
        raise ValidationError([f"“{person}” is not an e-mail address." for person in wrong])
    people -= {owner.email.lower()} if owner else set()
    if len(people) > MOST_PEOPLE:
        raise ValidationError(f"You named {len(people)} people. At most {MOST_PEOPLE} are possible.")
    return sorted(people)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _answers_for(module: Module, by: User) -> User:
    """The person who switched it on, if still allowed to publish; else `by`."""
    return module.auto_publish_by if module.is_automatic else by


def _title(module: Module, candidate: Candidate) -> str:
    if candidate.is_published:
        return titles.in_effect(module, module.current_version.title)
    return module.own_title or (candidate.newest.title if candidate.newest else candidate.found.title)


def _write_audience(module: Module, audience: str, emails: list[str]) -> None:
    """Store the audience of a module and its addresses."""
    module.audience = audience
    module.save(update_fields=["audience"])
    known = set(module.shares.values_list("email", flat=True))
    module.shares.exclude(email__in=emails).delete()
    Share.objects.bulk_create(Share(module=module, email=email) for email in emails if email not in known)


def _changed(before: Terms, after: Terms) -> dict[str, dict[str, Any]]:
    old, new = asdict(before), asdict(after)
    names = [name for name in old if old[name] != new[name]]
    return {"before": {name: old[name] for name in names}, "after": {name: new[name] for name in names}}
