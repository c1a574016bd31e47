"""Texts about a candidate, for the Publish page and for the folder's page."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from foundation.credits import amount, written
from foundation.paragraphs import Paragraph, counted, joined
from foundation.times import ago
from modules.models import Module
from modules.publishing.candidate import Candidate, Preview
from modules.publishing.terms import Suggestion, Terms
from modules.reading.discovery import is_usual
from modules.terraform.abilities import Ability
from modules.versions.notices import notice


def of_candidate(candidate: Candidate, *, terms: Terms, address: str = "") -> list[Paragraph]:
    """How publishing changes a candidate, with notes about it.

    `address` is the start of the query of links between the publish pages.
    """
    return [
        *_muted([_becomes(candidate, terms), _note(candidate)]),
        *_widened(candidate),
        *_muted([_same_interface(candidate), _in_use(candidate), _renamed(candidate, address)]),
        *_muted(candidate.title_notes),
        *_automatic(candidate),
    ]


@dataclass(frozen=True)
class Fate:
    """What becomes of a candidate, for its row; `tone` as in Paragraph."""

    text: str
    tone: str = ""


def fate(candidate: Candidate) -> Fate:
    """What publishing makes of a candidate as it is ticked now; it needs a preview unless it is invalid."""
    if candidate.change == "removed":
        return Fate(joined(["Will be removed.", *_left_behind(candidate.preview)]), "bad")
    if candidate.change == "new":
        verb = "Will be brought back as" if candidate.comes_back else "Will be published as"
        return Fate(f"{verb} {candidate.preview.semver}", "ok")
    if candidate.change == "updated":
        becomes = f"Will become {candidate.preview.semver}"
        return Fate(f"{becomes}, a breaking update", "warn") if candidate.is_breaking else Fate(becomes, "run")
    kept = f"Stays at {candidate.module.current_version.semver}" if candidate.is_published else ""
    return Fate(kept or ("Not published" if candidate.is_valid else ""))


def next_step(candidate: Candidate, publish_page: str) -> list[Paragraph]:
    """The publisher's next step, for the folder's page; `publish_page` is the URL of the Publish page."""
    return _muted([_next_step(candidate, publish_page)])


def in_effect(terms: Terms, says: Suggestion) -> str:
    """The price, the credits that pay it, and the audience, with what the repository `says` where that differs."""
    cost = says.credit_cost if terms.credit_cost is None else terms.credit_cost
    price = amount(cost)
    if cost != says.credit_cost:
        price += f" (the repository says {written(says.credit_cost)})"
    return _facts([price, _kind_of_credits(terms, says), audience(terms)])


def audience(terms: Terms) -> str:
    """The audience of a module, as the end of a sentence."""
    if terms.audience == Module.Audience.NAMED:
        return f"shared with {counted(len(terms.emails), 'person', 'people')}"
    return "for everyone" if terms.audience == Module.Audience.EVERYONE else "exclusive to you"


def commits_since(candidate: Candidate) -> str:
    """The heading of the list of commits; blank without any."""
    if not candidate.has_next_version or not candidate.preview.commits:
        return ""
    return f"{_commits(candidate.preview)} since {candidate.newest.semver}"


def takes_effect(candidate: Candidate) -> str:
    """When changed settings take effect."""
    if candidate.is_published:
        return "Changes take effect when you save. Existing deployments keep their price."
    return "Changes take effect when you publish the module."


def took_effect(candidate: Candidate) -> str:
    """When settings that were just saved take effect."""
    return "They are in effect now." if candidate.is_published else "They take effect when you publish the module."


def _muted(texts: Iterable[str]) -> list[Paragraph]:
    return [Paragraph(text) for text in texts if text]


def _becomes(candidate: Candidate, terms: Terms) -> str:
    """How publishing changes the module; blank for an invalid folder that is not published."""
    if candidate.change == "removed":
        return _leaves(candidate.preview)
    if candidate.is_published and not candidate.is_valid:
        return _stays(candidate)
    if candidate.has_update:
        kept = f"You keep {candidate.newest.semver}." if candidate.keeps else ""
        return joined([_step(candidate), kept, _live(candidate.preview)])
    if candidate.change == "unchanged":
        published = format_html("{}, published {}.", _newest(candidate), ago(candidate.newest.published_at))
        return joined([published, _shape(candidate)])
    if not candidate.is_valid:
        return ""
    return _starts(candidate, terms) if candidate.newest is None else _returns(candidate)


def _leaves(preview: Preview) -> str:
    return joined(["You unticked it, so it leaves the catalogue.", *_left_behind(preview)])


def _left_behind(preview: Preview) -> list[str]:
    """Whose deployments keep running without the module in the catalogue, and who gets an e-mail."""
    live, keep = _deployments(preview), _verb(preview.deployments, "keeps", "keep")
    return [f"{live} {keep} running." if live else "", notice(preview.told)]


def _stays(candidate: Candidate) -> str:
    now = candidate.module.current_version
    if candidate.found is None:
        gone = "Its folder is no longer in the repository."
        if not is_usual(candidate.path):
            gone = "Its folder is no longer in the repository, or folders at any depth are switched off."
        return f"{gone} Version {now.semver} stays in the catalogue while it is ticked."
    return format_html("Version {} ({}) stays in the catalogue while it is ticked.", now.semver, _commit(now.commit))


def _starts(candidate: Candidate, terms: Terms) -> str:
    facts = [f"It starts as {candidate.preview.semver}", _tagged(candidate.preview), audience(terms)]
    return joined(["Not published yet.", _shape(candidate), _facts(facts)])


def _returns(candidate: Candidate) -> str:
    removed = format_html("Removed from the catalogue {}.", ago(candidate.module.removed_at))
    back = f"If you tick it, it returns with its history as {candidate.preview.semver}."
    return joined([removed, back, _shape(candidate)])


def _step(candidate: Candidate) -> str:
    newest, preview = candidate.newest, candidate.preview
    before = format_html("{} ({})", _newest(candidate), _commit(newest.commit))
    after = format_html("{} ({})", preview.semver, _commit(candidate.found.scan.commit))
    return _facts([format_html("{} to {}", before, after), _tagged(preview), _commits(preview)])


def _live(preview: Preview) -> str:
    """Whose live deployments keep their version when the next one is published."""
    live = _deployments(preview)
    if not live:
        return ""
    use, stay = _verb(preview.deployments, "uses", "use"), _verb(preview.deployments, "stays", "stay")
    semvers = ", ".join(semver for semver, _ in preview.versions)
    return f"{live} {use} {semvers} and {stay} on {'it' if len(preview.versions) == 1 else 'them'}."


def _deployments(preview: Preview) -> str:
    """ "3 live deployments of 2 people (Bob 2, Carol 1)", "1 live deployment of Bob"; blank without any."""
    if not preview.people:
        return ""
    whose = preview.people[0][0]
    if len(preview.people) > 1:
        each = ", ".join(f"{name} {count}" for name, count in preview.people)
        whose = f"{counted(len(preview.people), 'person', 'people')} ({each})"
    return f"{counted(preview.deployments, 'live deployment')} of {whose}"


def _shape(candidate: Candidate) -> str:
    schema = candidate.found.schema
    facts = [counted(len(schema["variables"]), "input"), counted(len(schema["outputs"]), "output")]
    if names := [row["name"] for row in schema["providers"]]:
        facts.append(f"{_verb(len(names), 'provider', 'providers')} {', '.join(names)}")
    return _facts(facts)


def _note(candidate: Candidate) -> str:
    return candidate.preview.note if candidate.is_valid and candidate.change != "removed" else ""


def _widened(candidate: Candidate) -> Iterator[Paragraph]:
    if candidate.has_next_version and candidate.preview.widened:
        more = f"It can do more than {candidate.newest.semver}."
        yield Paragraph(joined([more, *map(_ability, candidate.preview.widened)]), "warn", "warning")


def _ability(ability: Ability) -> str:
    return format_html("{} <code>{}</code>.", ability.lead, ability.name)


def _same_interface(candidate: Candidate) -> str:
    if not candidate.has_next_version or candidate.preview.changes:
        return ""
    return "Inputs, outputs, providers and resources are the same, so it is a patch version."


def _in_use(candidate: Candidate) -> str:
    """Why new deployments do not use the newest version."""
    if not candidate.is_published or not (candidate.is_revoked or candidate.is_rolled_back):
        return ""
    now, newest = candidate.module.current_version, candidate.newest
    if now.revoked_at:
        text = "All versions are revoked, so nobody can deploy this module."
        return joined([text, _module_page(candidate, "Module page")])
    if candidate.is_revoked:
        text = f"Version {newest.semver} is revoked. New deployments use {now.semver}."
    elif candidate.has_new_content:
        text = f"New deployments use {now.semver}. The repository's code would become {candidate.preview.semver}."
    else:
        text = f"New deployments use {now.semver}. The repository holds {newest.semver}."
    return joined([text, _module_page(candidate, "Choose another version")])


def _renamed(candidate: Candidate, address: str) -> str:
    if not candidate.renamed_from:
        return ""
    query = f"?{address}{urlencode({'apart': candidate.path or '.'})}"
    return format_html(
        "Its folder was renamed from <code>{old}/</code>. It continues as the next version. "
        '<a href="{page}{query}">Treat them as two modules<span class="sr">: {old} and {new}</span></a>',
        old=candidate.renamed_from,
        new=candidate.path or ".",
        page=reverse("modules:publish"),
        query=query,
    )


def _automatic(candidate: Candidate) -> Iterator[Paragraph]:
    if not candidate.is_published or candidate.module.auto_publish_by_id is None:
        return
    if candidate.held_back:
        yield Paragraph(f"Not published automatically: {candidate.held_back}.", "warn", "pause")
    elif candidate.publishes_itself:
        yield Paragraph("It is published automatically after the next scan.")
    else:
        yield Paragraph("Compatible updates are published automatically.")


def _next_step(candidate: Candidate, publish_page: str) -> str:
    if not candidate.is_valid and not candidate.is_published:
        return (
            "This folder cannot be published yet. Fix the errors listed on this page, then scan again. "
            "You can change its settings after that."
        )
    if candidate.publishes_itself or not (candidate.has_new_content or not candidate.is_published):
        return ""
    return format_html('To publish, tick it on the <a href="{}">Publish page</a>.', publish_page)


def _kind_of_credits(terms: Terms, says: Suggestion) -> str:
    """The kind of credits; blank when the repository and its publisher agree that Awarded credits may pay."""
    is_purchased_only = says.purchased_only if terms.purchased_only is None else terms.purchased_only
    if is_purchased_only:
        return "Purchased only" if says.purchased_only else "Purchased only (the repository says no)"
    return "Awarded credits too (the repository says Purchased only)" if says.purchased_only else ""


def _facts(facts: Iterable[str]) -> SafeString:
    """One sentence of facts, separated by commas, each escaped unless it is HTML; blank facts are left out."""
    return format_html("{}.", format_html_join(", ", "{}", ((fact,) for fact in facts if fact)))


def _tagged(preview: Preview) -> str:
    return format_html("tagged <code>{}</code>", preview.tag) if preview.tag else ""


def _commits(preview: Preview) -> str:
    """The number of new commits, "3 commits" or "250 or more commits"; blank when none is known."""
    number = len(preview.commits)
    if not number:
        return ""
    return counted(number, "commit") if preview.commits_are_whole else f"{number:,} or more commits"


def _commit(sha: str) -> SafeString:
    return format_html("<code>{}</code>", sha[:7])


def _newest(candidate: Candidate) -> SafeString:
    """The newest version, as a link to its module's page."""
    return format_html('<a href="{}">{}</a>', candidate.module.get_absolute_url(), candidate.newest.semver)


def _module_page(candidate: Candidate, text: str) -> SafeString:
    """A link to the module's page, with the module's title for screen readers."""
    address = candidate.module.get_absolute_url()
    return format_html('<a href="{}">{}<span class="sr"> of {}</span></a>', address, text, candidate.title)


def _verb(number: int, one: str, many: str) -> str:
    return one if number == 1 else many
