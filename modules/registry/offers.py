"""The modules in Terraform's module registry protocol: addresses, versions, and keys to archives.

Source: Terraform's "Module Registry Protocol" and "Remote Service Discovery"; behaviour beyond them was tested with
Terraform 1.15.
"""

import re

from django.core import signing
from django.db import transaction
from django.db.models import Q, QuerySet

from accounts import api_tokens
from accounts.models import PLATFORM_SLUG, ApiToken, User
from foundation import audit
from modules.models import Module, ModuleVersion
from modules.terraform.schema import BUILT_IN, Provider

SYSTEM = re.compile(r"[^0-9a-z]")  # what the last part of an address cannot hold: it is [0-9a-z]{1,64}
UNADDRESSABLE = "?"  # Terraform reads the rest as a query, also after the // of a folder
ADDRESS_SECONDS = 300  # within which Terraform has to begin the download
SALT = "modules.registry.archive"


def main_provider(providers: list[Provider]) -> str:
    """The last part of a module's address: the first provider of its schema that is not built into Terraform."""
    names = (provider["source"].rpartition("/")[2] for provider in providers if not _is_built_in(provider))
    return next(filter(None, (SYSTEM.sub("", name.lower())[:64] for name in names)), BUILT_IN)


def address(module: Module) -> str:
    """`namespace/name/system` of a published module."""
    namespace = module.owner.slug if module.owner else PLATFORM_SLUG
    return f"{namespace}/{module.slug}/{main_provider(module.current_version.schema['providers'])}"


def offered_to(user: User) -> QuerySet[Module]:
    """The modules that `user` may use in a terminal: visible to them and in the catalogue."""
    return Module.objects.visible_to(user).published()


def find(user: User, *, namespace: str, name: str, system: str) -> Module | None:
    """Return the module at an address. Returns None when it is not offered to `user`.

    An address stays valid forever: a version with another main provider adds one and removes none.
    """
    owner = Q(owner=None) if namespace == PLATFORM_SLUG else Q(owner__slug=namespace)
    module = offered_to(user).filter(owner, slug=name).first()
    if module is None:
        return None
    systems = map(main_provider, module.versions.values_list("schema__providers", flat=True))
    return module if system in systems else None


def versions_of(module: Module) -> QuerySet[ModuleVersion]:
    """The versions that may be downloaded, newest first."""
    return _downloadable().filter(module=module)


def downloadable(modules: QuerySet[Module]) -> QuerySet[ModuleVersion]:
    """The versions that Terraform may download with a token of somebody to whom these modules are offered."""
    return _downloadable().filter(module__in=modules)


def archive_key(version: ModuleVersion, *, token: ApiToken) -> str:
    """A signed key to the archive of this version, valid for ADDRESS_SECONDS and only as long as `token` is."""
    return signing.dumps([version.ref, token.ref], salt=SALT)


def opened_by(key: str) -> tuple[ModuleVersion, ApiToken] | None:
    """Return the version and the token that `key` was signed for.

    Returns None when the key is forged or expired, the token or the version was revoked, or the token's owner may not
    see the module now.
    """
    try:
        version_ref, token_ref = signing.loads(key, salt=SALT, max_age=ADDRESS_SECONDS)
    except signing.BadSignature:
        return None
    token = api_tokens.working().filter(ref=token_ref).first()
    if token is None:
        return None
    versions = downloadable(offered_to(token.owner)).filter(ref=version_ref)
    version = versions.select_related("module").first()
    return (version, token) if version else None


@transaction.atomic
def note_download(version: ModuleVersion, *, token: ApiToken) -> None:
    """Record in the audit trail that code left the portal."""
    audit.record("version.downloaded", by=token.owner, target=version, semver=version.semver, token=token.name)


def _downloadable() -> QuerySet[ModuleVersion]:
    return ModuleVersion.objects.filter(revoked_at=None).exclude(path__contains=UNADDRESSABLE)


def _is_built_in(provider: Provider) -> bool:
    return provider["source"].startswith("terraform.io/builtin/")
