"""What the pages of a module and of its versions say."""

import re
from datetime import UTC, datetime

import pytest

from accounts.services import set_roles
from modules.tests.published_versions import EMPTY, make_module, version_of
from modules.versions import lifecycle, story

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
UNAFFECTED = "Existing deployments are not affected. You can't create new ones."


def plain(text) -> str:
    """A sentence without its tags, and a time without its year."""
    return re.sub(r"<[^>]+>", "", str(text)).replace(" 2026", "").replace("&#x27;", "'")


@pytest.fixture
def module(alice):
    return make_module(alice, versions=2, audience="everyone")


def noticed(module, version, *, is_offered=False):
    found = story.notices(module, version, is_offered=is_offered)
    return [(plain(each.title), plain(each.text), each.quote) for each in found]


class TestNotices:
    def test_current_version_needs_none(self, module):
        assert noticed(module, module.current_version, is_offered=True) == []

    def test_older_version_leads_to_the_one_that_is_deployed(self, module):
        text = "New deployments use version 1.1.0."
        assert noticed(module, version_of(module, "1.0.0")) == [("This is not the current version.", text, "")]

    @pytest.mark.parametrize(("is_offered", "text"), [(True, "You can still deploy it."), (False, "")])
    def test_deprecated_version_can_be_deployed_where_it_is_offered(self, module, is_offered, text):
        link = "https://example.com/why"
        version = lifecycle.deprecate(module.current_version, reason="Slow", link=link, by=module.owner)
        assert noticed(module, version, is_offered=is_offered) == [("Version 1.1.0 is deprecated.", text, "Slow")]
        assert story.notices(module, version, is_offered=is_offered)[0].link == link

    def test_where_nothing_can_be_deployed_no_other_version_is_named(self, module):
        version = version_of(module, "1.0.0")
        version.revoked_at, version.revocation_reason, module.removed_at = AT, "It leaks", AT
        assert noticed(module, version) == [
            ("Removed from the catalogue 2 Jan 03:04.", UNAFFECTED, ""),
            ("Version 1.0.0 was revoked on 2 Jan 03:04.", UNAFFECTED, "It leaks"),
            ("This is not the current version.", "", ""),
        ]


class TestFacts:
    @pytest.mark.parametrize(
        ("units", "purchased_only", "price", "deploy"),
        [
            (0, True, "Free", "Deploy"),
            (10_000, False, "1 credit, Awarded or Purchased", "Deploy for 1 credit"),
            (12_000_000, True, "1,200 credits, Purchased only", "Deploy for 1,200 credits"),
        ],
    )
    def test_price_for_others(self, module, carol, units, purchased_only, price, deploy):
        module.own_credit_cost, module.own_purchased_only = units, purchased_only
        facts = story.facts(module, module.current_version, carol)
        assert (facts.price, facts.deploy, facts.price_note) == (price, deploy, "")

    @pytest.mark.parametrize(
        ("units", "price", "note"),
        [(0, "Free", ""), (25_000, "Free for you. Others pay 2.5 credits.", "The repository says 0.")],
    )
    def test_price_for_its_publisher(self, module, alice, units, price, note):
        module.own_credit_cost = units
        facts = story.facts(module, module.current_version, alice)
        assert (facts.price, facts.deploy, facts.price_note) == (price, "Deploy", note)

    def test_who_pressed_the_button_is_for_those_who_may_change_the_module(self, module, alice, admin, carol):
        version = module.current_version
        assert story.facts(module, version, alice).publisher == "Alice"
        version.published_by = admin
        told = {person: story.facts(module, version, person).publisher for person in (alice, admin, carol)}
        assert told == {alice: "Alice, published by Admin", admin: "Alice, published by Admin", carol: "Alice"}

    def test_commit_and_providers(self, module, carol):
        version = module.current_version
        assert plain(story.facts(module, version, carol).commit) == "2222222"
        version.committed_at = AT
        rows = [{"source": "hashicorp/google", "version": "~> 6.0"}, {"source": "hashicorp/random", "version": ""}]
        version.schema = EMPTY | {"providers": rows}
        facts = story.facts(module, version, carol)
        assert plain(facts.commit) == "2222222, 2 Jan 03:04"
        assert facts.providers == "<code>hashicorp/google</code> ~&gt; 6.0, <code>hashicorp/random</code>"


class TestManagement:
    def test_deprecating_promises_deployments_only_where_there_are_new_ones(self, module):
        version = version_of(module, "1.1.0")
        warned = "Everyone who sees this version gets a warning."
        assert story.manage(version, "").deprecation_note == f"{warned} They can still deploy it."
        version.module.removed_at = AT
        assert story.manage(version, "").deprecation_note == warned

    def test_current_version(self, module):
        words = story.manage(version_of(module, "1.1.0"), "Bob gets an e-mail.")
        assert (words.current, words.can_become_current) == ("New deployments use this version.", False)
        assert (words.deprecation, words.deprecate) == ("Deprecate 1.1.0", "Deprecate 1.1.0")
        assert plain(words.danger) == (
            "Revoke 1.1.0 to stop new deployments of it. Existing deployments keep running. Bob gets an e-mail. "
            "The newest version that is not revoked becomes current. Without one, nobody can deploy this module."
        )

    def test_older_version(self, module):
        words = story.manage(version_of(module, "1.0.0"), "")
        would = "New deployments will use 1.0.0 instead of 1.1.0. Existing deployments keep their version."
        assert (words.current, words.can_become_current) == (would, True)
        assert plain(words.danger) == ("Revoke 1.0.0 to stop new deployments of it. Existing deployments keep running.")

    def test_deprecated_version(self, module, alice):
        lifecycle.deprecate(module.current_version, reason="Slow", by=alice)
        words = story.manage(version_of(module, "1.1.0"), "")
        assert (words.deprecation, words.deprecate) == ("Change the deprecation of 1.1.0", "Save the deprecation")

    def test_revoked_version(self, module, alice):
        lifecycle.revoke(version_of(module, "1.0.0"), reason="It leaks", by=alice)
        words = story.manage(version_of(module, "1.0.0"), "")
        assert (words.current, words.can_become_current) == ("", False)
        assert words.danger == "After you undo the revocation, you can make 1.0.0 current."

    def test_all_versions_are_revoked(self, module, alice):
        for semver in ("1.0.0", "1.1.0"):
            lifecycle.revoke(version_of(module, semver), reason="It leaks", by=alice)
        module.refresh_from_db()
        current, other = (story.manage(version_of(module, semver), "") for semver in ("1.1.0", "1.0.0"))
        assert current.current == "All versions are revoked, so nobody can deploy this module."
        assert (current.can_become_current, other.current, other.can_become_current) == (False, "", False)
        assert current.danger == "Undo the revocation to allow new deployments of 1.1.0."
        assert other.danger == "Undo the revocation to allow new deployments of 1.0.0."

    def test_removed_module(self, module):
        module.removed_at = AT
        module.save()
        words = [story.manage(version_of(module, semver), "") for semver in ("1.1.0", "1.0.0")]
        assert [(each.current, each.can_become_current) for each in words] == [("", False), ("", False)]


@pytest.mark.parametrize(
    ("number", "note"),
    [
        (0, ""),
        (50, ""),
        (1_234, "1,234 people deployed this version. The table shows the 50 who did so most often."),
    ],
)
def test_deployers_that_are_left_out_are_counted(number, note):
    assert story.deployers_note(number) == note


def test_publisher_who_is_a_partner_no_more_pays_nothing_still(module, alice, admin):
    set_roles(alice, is_partner=False, is_staff=False, by=admin)
    module.own_credit_cost = 400_000
    assert story.facts(module, module.current_version, alice).price == "Free for you. Others pay 40 credits."
