"""READMEs and descriptions of versions as HTML: made by a worker after publishing, and shown by the pages.

The pages render nothing but short descriptions. A version without HTML of today's renderer shows its README as plain
text until the worker has made it, which it does again for all versions after the renderer has changed.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import F
from django.db.models.fields.json import KT
from django.utils.safestring import SafeString, mark_safe

from foundation.one_at_a_time import alone
from modules.models import ModuleVersion, VersionTexts
from modules.pages.markdown import light
from modules.pages.readme import LONGEST, RENDERER, Home
from modules.pages.readme_process import Page, render_all

AT_ONCE = 25  # versions, in one process and one transaction
MOST = 1_000  # versions in one task, so that the queue's other work is not kept waiting for long
SOURCES = {"about": KT("schema__platform__module_description"), "repository": F("module__repository_name")}
ABOUT = "about-content-"  # prefix of ids, as the README is on the same page
PENDING = "The formatted README is being prepared. Reload this page in a moment."
TOO_MUCH = "This README is too complex to format. It is shown as plain text."
CUT = f"Only the first {LONGEST:,} characters are shown."


@dataclass(frozen=True)
class Texts:
    """What a version's page shows; `plain` is the README where there is no HTML of it."""

    about: SafeString
    readme: SafeString
    plain: str
    note: str


def shown(version: ModuleVersion) -> Texts:
    """The texts of a version, with a query and without rendering a README."""
    return of(version, VersionTexts.objects.filter(version=version).first())


def of(version: ModuleVersion, kept: VersionTexts | None) -> Texts:
    """The texts of a version beside which its row was read."""
    made = kept if kept and kept.renderer == RENDERER else None
    about = mark_safe(made.about) if made else SafeString()  # noqa: S308 today's renderer has cleaned it
    readme = mark_safe(made.readme) if made else SafeString()  # noqa: S308 as above
    return Texts(
        about=about or light(version.schema["platform"].get("module_description") or ""),
        readme=readme,
        plain="" if readme else version.readme.strip(),
        note=_note(version.readme, is_made=made is not None, is_html=bool(readme)),
    )


@alone
def render_missing() -> None:
    """Render the texts of versions that have none of today's renderer, the newest first; idempotent."""
    missing = ModuleVersion.objects.exclude(texts__renderer=RENDERER).order_by("-pk")
    for _ in range(MOST // AT_ONCE):
        rows = missing.values("pk", "readme", "path", "commit", **SOURCES)[:AT_ONCE]
        if not rows:
            return
        VersionTexts.objects.bulk_create(
            _rendered(rows),
            update_conflicts=True,
            unique_fields=["version"],
            update_fields=["renderer", "readme", "about"],
        )


def _rendered(rows: Collection[Any]) -> list[VersionTexts]:
    homes = [Home(row["repository"], row["commit"], row["path"]) for row in rows]
    readmes = [Page(row["readme"], home) for row, home in zip(rows, homes, strict=True)]
    abouts = [Page(row["about"] or "", replace(home, prefix=ABOUT)) for row, home in zip(rows, homes, strict=True)]
    html = [made or "" for made in render_all([*readmes, *abouts])]
    return [
        VersionTexts(version_id=row["pk"], renderer=RENDERER, readme=readme, about=about)
        for row, readme, about in zip(rows, html[: len(homes)], html[len(homes) :], strict=True)
    ]


def _note(readme: str, *, is_made: bool, is_html: bool) -> str:
    if not readme.strip():
        return ""
    notes = [] if is_html else [TOO_MUCH if is_made else PENDING]
    if len(readme) >= LONGEST:
        notes.append(CUT)
    return " ".join(notes)
