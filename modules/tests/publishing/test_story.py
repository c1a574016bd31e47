"""What the Publish page says of a candidate, case by case; nothing here needs a database."""

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from accounts.models import User
from modules.models import Module, ModuleVersion, Scan, ScannedModule
from modules.publishing import story
from modules.publishing.candidate import Candidate, Live, Preview
from modules.publishing.terms import Suggestion, Terms
from modules.terraform.abilities import Ability
from modules.versions.change import Change

THEN = datetime(2025, 11, 20, 14, 3, tzinfo=UTC)
SCHEMA = {"variables": [{}], "outputs": [{}, {}], "providers": [{"name": "random"}]}
OLD, NEW, FIRST = "a" * 40, "b" * 40, "f" * 40
PROGRAM = Ability("program", "Runs a program", "terraform_data.a", "main.tf", 1, True)
PROVIDER = Ability("provider", "Creates one kind of resource with", "hashicorp/random", "", None, False)
BOB, CAROL = Live("Bob", "1.1.0", 2, True), Live("Carol", "1.0.0", 1, True)
PATCH = "Inputs, outputs, providers and resources are the same, so it is a patch version."
BACK = "If you tick it, it returns with its history as"
SHAPE = "1 input, 2 outputs, provider random."


def found(content="new", *, is_valid=True, **fields):
    facts = {"title": "Greeting", "is_valid": is_valid, "content_hash": content, "schema": SCHEMA}
    return ScannedModule(path="greeting", scan=Scan(commit=NEW), **facts | fields)


def version(pk, semver, *, content="old", commit=OLD, **fields):
    return ModuleVersion(pk=pk, semver=semver, content_hash=content, commit=commit, published_at=THEN, **fields)


def module(current, **fields):
    return Module(ref="abcdefghij", path="greeting", title="Greeting", current_version=current, **fields)


def published(*, content="old", current=None, module_fields=(), newest_fields=(), **fields):
    """Greeting 1.1.0 in the catalogue, of which the scan found `content`."""
    newest = version(2, "1.1.0", **dict(newest_fields))
    kept = module(current or newest, **dict(module_fields))
    facts = {"found": found(content), "module": kept, "newest": newest, "ticked": True, "preview": Preview("1.1.0")}
    return Candidate("greeting", "Greeting", **facts | fields)


def new(**fields):
    return Candidate("greeting", "Greeting", **{"found": found(), "preview": Preview("1.0.0")} | fields)


def updated(preview=None, **fields):
    return published(content="new", preview=preview or Preview("1.1.1", bump="patch"), **fields)


def removed(**fields):
    return published(module_fields={"removed_at": THEN}, ticked=False, **fields)


def rolled_back(**fields):
    return published(current=version(1, "1.0.0", commit=FIRST), **fields)


def revoked(**first):
    return published(current=version(1, "1.0.0", **first), newest_fields={"revoked_at": THEN})


def automatic(candidate, person=True):
    candidate.module.auto_publish_by = User(pk=1, first_name="Alice", is_staff=person)
    return candidate


def told(candidate, terms=None):
    return [words(each.text) for each in story.of_candidate(candidate, terms=terms or Terms())]


def words(html):
    return unescape(re.sub(r"<[^>]+>", "", html))


@pytest.mark.parametrize(
    ("candidate", "texts"),
    [
        (Candidate("greeting", "Greeting", found=found(is_valid=False)), []),
        (new(), [f"Not published yet. {SHAPE} It starts as 1.0.0, exclusive to you."]),
        (
            new(preview=Preview("2.0.0", tag="v2.0.0", note="A note.")),
            [f"Not published yet. {SHAPE} It starts as 2.0.0, tagged v2.0.0, exclusive to you.", "A note."],
        ),
        (
            new(found=found(schema={"variables": [], "outputs": [], "providers": [{"name": "a"}, {"name": "b"}]})),
            ["Not published yet. 0 inputs, 0 outputs, providers a, b. It starts as 1.0.0, exclusive to you."],
        ),
        (published(), [f"1.1.0, published 20 Nov 2025 14:03. {SHAPE}"]),
        (
            published(found=None),
            [
                "Its folder is no longer in the repository. Version 1.1.0 stays in the catalogue while it is ticked.",
            ],
        ),
        (
            published(found=found(is_valid=False)),
            ["Version 1.1.0 (aaaaaaa) stays in the catalogue while it is ticked."],
        ),
        (removed(), [f"Removed from the catalogue 20 Nov 2025 14:03. {BACK} 1.1.0. {SHAPE}"]),
        (
            removed(found=found(), preview=Preview("1.1.1", bump="patch")),
            [f"Removed from the catalogue 20 Nov 2025 14:03. {BACK} 1.1.1. {SHAPE}", PATCH],
        ),
    ],
)
def test_candidate_says_what_publishing_does(candidate, texts):
    assert told(candidate) == texts


@pytest.mark.parametrize(
    ("live", "text"),
    [
        ([], "You unticked it, so it leaves the catalogue."),
        (
            [CAROL],
            "You unticked it, so it leaves the catalogue. 1 live deployment of Carol keeps running. "
            "Carol gets an e-mail.",
        ),
        (
            [BOB, CAROL, Live("Alice", "1.1.0", 1, False)],
            "You unticked it, so it leaves the catalogue. "
            "4 live deployments of 3 people (Bob 2, Alice 1, Carol 1) keep running. Bob and Carol get an e-mail.",
        ),
    ],
)
def test_unticked_module_says_who_keeps_it_and_who_is_told(live, text):
    assert told(published(ticked=False, preview=Preview("1.1.0", live=live))) == [text]


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb)."),
        ({"tag": "v1.1.1"}, "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb), tagged v1.1.1."),
        ({"commits": [{}]}, "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb), 1 commit."),
        ({"commits": [{}] * 3}, "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb), 3 commits."),
        (
            {"commits": [{}] * 250, "commits_are_whole": False},
            "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb), 250 or more commits.",
        ),
        (
            {"live": [CAROL]},
            "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb). 1 live deployment of Carol uses 1.0.0 and stays on it.",
        ),
        (
            {"live": [BOB]},
            "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb). 2 live deployments of Bob use 1.1.0 and stay on it.",
        ),
        (
            {"live": [BOB, CAROL]},
            "1.1.0 (aaaaaaa) to 1.1.1 (bbbbbbb). "
            "3 live deployments of 2 people (Bob 2, Carol 1) use 1.1.0, 1.0.0 and stay on them.",
        ),
    ],
)
def test_update_says_its_step_and_who_stays_behind(facts, text):
    assert told(updated(Preview("1.1.1", bump="patch", **facts))) == [text, PATCH]


def test_update_with_another_interface_and_more_abilities_warns():
    change = Change("Input added, optional", "size", "", "number", "minor")
    preview = Preview("1.2.0", note="A note.", bump="minor", changes=[change], widened=[PROGRAM, PROVIDER])
    step, note, warning = story.of_candidate(updated(preview), terms=Terms())
    assert (step.tone, note.text) == ("", "A note.")
    assert (warning.tone, warning.icon) == ("warn", "warning")
    more = "Runs a program: terraform_data.a. Creates one kind of resource with hashicorp/random."
    assert words(warning.text) == f"It can do more than 1.1.0. {more}"


@pytest.mark.parametrize(
    ("candidate", "text"),
    [
        (
            rolled_back(),
            "New deployments use 1.0.0. The repository holds 1.1.0. Choose another version of Greeting",
        ),
        (
            rolled_back(found=found(), preview=Preview("1.1.1", changes=[None])),
            "New deployments use 1.0.0. The repository's code would become 1.1.1. Choose another version of Greeting",
        ),
        (
            revoked(),
            "Version 1.1.0 is revoked. New deployments use 1.0.0. Choose another version of Greeting",
        ),
        (
            revoked(revoked_at=THEN),
            "All versions are revoked, so nobody can deploy this module. Module page of Greeting",
        ),
    ],
)
def test_module_whose_newest_version_is_not_in_use_says_which_one_is(candidate, text):
    assert told(candidate)[1] == text


def test_renamed_folder_says_what_it_was_and_links_to_treat_it_apart():
    candidate = updated(Preview("1.2.0", changes=[None]), renamed_from="old<")
    _, paragraph = story.of_candidate(candidate, terms=Terms(), address="for=platform&")
    assert "Its folder was renamed from <code>old&lt;/</code>. It continues as the next version." in paragraph.text
    assert 'href="/publish/?for=platform&amp;apart=greeting"' in paragraph.text


def test_titles_that_others_have_are_told():
    assert told(published(title_notes=["One.", "Two."]))[1:] == ["One.", "Two."]


@pytest.mark.parametrize(
    ("candidate", "text", "tone"),
    [
        (published(), "Compatible updates are published automatically.", ""),
        (updated(), "It is published automatically after the next scan.", ""),
        (
            updated(Preview("2.0.0", bump="major", changes=[None])),
            "Not published automatically: the interface change is breaking.",
            "warn",
        ),
        (
            updated(renamed_from="old"),
            "Not published automatically: its folder was renamed.",
            "warn",
        ),
        (
            updated(current=version(1, "1.0.0")),
            "Not published automatically: version 1.0.0 was made current by hand.",
            "warn",
        ),
        (
            updated(current=version(1, "1.0.0"), newest_fields={"revoked_at": THEN}),
            "Not published automatically: version 1.1.0 is revoked.",
            "warn",
        ),
        (
            updated(Preview("1.2.0", changes=[None], widened=[PROGRAM])),
            "Not published automatically: it can do more than before.",
            "warn",
        ),
    ],
)
def test_automatic_publishing_says_what_it_does_or_what_holds_it_back(candidate, text, tone):
    last = story.of_candidate(automatic(candidate), terms=Terms())[-1]
    assert (last.text, last.tone) == (text, tone)


def test_automatic_publishing_names_who_may_no_longer_publish():
    last = story.of_candidate(automatic(published(), person=False), terms=Terms())[-1]
    assert last.text == "Not published automatically: Alice switched it on, and may no longer publish."


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (Terms(), "60 credits, Purchased only, exclusive to you."),
        (Terms(credit_cost=10_000), "1 credit (the repository says 60), Purchased only, exclusive to you."),
        (
            Terms(credit_cost=75_000, purchased_only=False, audience="named", emails=["a@b.de", "c@d.de"]),
            "7.5 credits (the repository says 60), "
            "Awarded credits too (the repository says Purchased only), shared with 2 people.",
        ),
        (Terms(audience="named", emails=["a@b.de"]), "60 credits, Purchased only, shared with 1 person."),
        (
            Terms(credit_cost=12_000_000, audience="everyone"),
            "1,200 credits (the repository says 60), Purchased only, for everyone.",
        ),
    ],
)
def test_terms_in_effect_say_where_the_repository_says_something_else(terms, text):
    assert story.in_effect(terms, Suggestion("Greeting", 600_000, True, "exclusive", [])) == text


def test_purchased_only_that_the_repository_does_not_ask_for_is_told():
    says = Suggestion("Greeting", 0, False, "exclusive", [])
    text = "0 credits, Purchased only (the repository says no), exclusive to you."
    assert story.in_effect(Terms(purchased_only=True), says) == text
    assert story.in_effect(Terms(), says) == "0 credits, exclusive to you."


@pytest.mark.parametrize(
    ("candidate", "texts"),
    [
        (
            Candidate("greeting", "Greeting", found=found(is_valid=False)),
            [
                "This folder cannot be published yet. Fix the errors listed on this page, then scan again. "
                "You can change its settings after that."
            ],
        ),
        (new(), ["To publish, tick it on the Publish page."]),
        (updated(), ["To publish, tick it on the Publish page."]),
        (removed(), ["To publish, tick it on the Publish page."]),
        (published(), []),
        (automatic(updated()), []),
    ],
)
def test_page_of_a_folder_says_what_to_do(candidate, texts):
    assert [words(each.text) for each in story.next_step(candidate, "/publish/")] == texts


@pytest.mark.parametrize(
    ("candidate", "text"),
    [
        (updated(Preview("1.1.1", commits=[{}])), "1 commit since 1.1.0"),
        (updated(Preview("1.1.1", commits=[{}] * 2, commits_are_whole=False)), "2 or more commits since 1.1.0"),
        (updated(), ""),
        (new(), ""),
        (Candidate("greeting", "Greeting", found=found(is_valid=False)), ""),
    ],
)
def test_commits_have_a_heading(candidate, text):
    assert story.commits_since(candidate) == text
