"""What pages say of the versions of a deployment's module."""

import pytest
from django.utils import timezone

from deployments.models import Deployment
from deployments.story import versions
from deployments.version_moves import Move
from foundation.paragraphs import Notice
from modules.models import Module, ModuleVersion

NOW = timezone.now()
ALLOWED = "You can still change it, run it again or destroy it."


def version(number, **fields):
    module = Module(title="Greeting")
    return ModuleVersion(
        module=module, number=number, semver=f"1.{number - 1}.0", schema={"variables": [], "outputs": []}, **fields
    )


def test_removed_module_is_not_said_to_be_deployable_while_a_banner_says_the_opposite():
    removed = version(1, deprecated_at=NOW)
    removed.module.removed_at = NOW
    assert versions.warning(removed, is_deployed=False).text == "Existing deployments are not affected."


def revoked(number):
    return version(number, revoked_at=NOW)


@pytest.mark.parametrize(
    ("fields", "is_deployed", "notice"),
    [
        ({}, False, None),
        (
            {"deprecated_at": NOW},
            True,
            Notice("Version 1.0.0 is deprecated.", "Existing deployments are not affected.", "warn", "warning"),
        ),
        (
            {"deprecated_at": NOW, "deprecation_reason": "Old.", "deprecation_link": "https://x.example"},
            False,
            Notice(
                "Version 1.0.0 is deprecated.",
                "You can still deploy it.",
                "warn",
                "warning",
                "Old.",
                "https://x.example",
            ),
        ),
        (
            {"deprecated_at": NOW, "revoked_at": NOW, "revocation_reason": "It leaks."},
            True,
            Notice(
                "Version 1.0.0 is revoked.",
                "Existing deployments are not affected. You can't create new ones.",
                "bad",
                "stop",
                "It leaks.",
            ),
        ),
    ],
)
def test_a_revocation_goes_before_a_deprecation(fields, is_deployed, notice):
    assert versions.warning(version(1, **fields), is_deployed=is_deployed) == notice


@pytest.mark.parametrize(
    ("status", "may_change", "text"),
    [
        ("live", True, f"This deployment is not affected. {ALLOWED} New deployments are not possible."),
        (
            "pending",
            True,
            "This deployment is not affected. You can still destroy it, but not run it again."
            " New deployments are not possible.",
        ),
        ("live", False, "This deployment is not affected. New deployments are not possible."),
    ],
)
def test_what_stays_possible_is_said_to_those_who_may(status, may_change, text):
    assert versions.unaffected(Deployment(status=status), may_change=may_change) == text


@pytest.mark.parametrize(
    ("before", "after", "title", "text", "button"),
    [
        (version(1), version(2), "Version 1.1.0 is available.", "", "Update to 1.1.0"),
        (
            version(1),
            version(2, deprecated_at=NOW),
            "Version 1.1.0 is available.",
            "Version 1.1.0 is deprecated.",
            "Update to 1.1.0",
        ),
        (
            version(2),
            version(1),
            "New deployments use 1.0.0 again.",
            "The publisher returned to it. This deployment stays on 1.1.0.",
            "Change to 1.0.0",
        ),
        (
            revoked(2),
            version(1, deprecated_at=NOW, deprecation_reason="Old."),
            "New deployments use 1.0.0.",
            "Version 1.1.0 was revoked. This deployment stays on 1.1.0. Version 1.0.0 is deprecated: “Old.”",
            "Change to 1.0.0",
        ),
    ],
)
def test_another_current_version_is_news(before, after, title, text, button):
    move = Move(before, after)
    assert versions.news(move) == Notice(title, text)
    assert versions.change_to(move) == button


@pytest.mark.parametrize(
    ("before", "after", "chosen", "kept"),
    [
        (
            version(1),
            version(2),
            Notice("This form updates shop from 1.0.0 to 1.1.0."),
            Notice("This form keeps shop on 1.0.0.", "Version 1.1.0 is available."),
        ),
        (
            version(2),
            version(1),
            Notice("This form changes shop from 1.1.0 to 1.0.0.", "The publisher returned to it."),
            Notice("This form keeps shop on 1.1.0.", "New deployments use 1.0.0 again."),
        ),
        (
            revoked(2),
            version(1),
            Notice("This form changes shop from 1.1.0 to 1.0.0.", "Version 1.1.0 was revoked."),
            Notice("This form keeps shop on 1.1.0.", "New deployments use 1.0.0."),
        ),
    ],
)
def test_the_form_says_which_version_it_is_for(before, after, chosen, kept):
    move = Move(before, after)
    assert versions.chosen(move, "shop") == chosen
    assert versions.kept(move, "shop") == kept


@pytest.mark.parametrize(
    ("move", "changes", "text"),
    [
        (None, 0, "Run shop again"),
        (None, 1, "Change 1 input of shop"),
        (None, 2, "Change 2 inputs of shop"),
        (Move(version(1), version(2)), 2, "Update shop to 1.1.0"),
        (Move(version(2), version(1)), 0, "Change shop to 1.0.0"),
    ],
)
def test_the_button_of_an_update_says_what_it_does(move, changes, text):
    assert versions.update_action(Deployment(name="shop"), move, changes) == text


@pytest.mark.parametrize(
    ("move", "text"),
    [
        (None, "The inputs stay the same. The run applies them again."),
        (Move(version(1), version(2)), "The inputs stay the same. The run applies them with 1.1.0."),
    ],
)
def test_an_update_without_changes_is_explained(move, text):
    assert versions.same_inputs(move) == text
