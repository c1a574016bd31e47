import pytest
from django.core.exceptions import PermissionDenied

from foundation.models import AuditEvent
from modules.models import Alarm, Module, ModuleVersion
from modules.tests.published_versions import add_version, make_module, version_of
from modules.versions import lifecycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def module(alice):
    return make_module(alice)


def current(module) -> str:
    module.refresh_from_db()
    return module.current_version.semver


def last_deed() -> tuple[str, str, dict]:
    event = AuditEvent.objects.latest("pk")
    return event.verb, event.by, event.detail


class TestMakeCurrent:
    def test_rolls_back_and_forward_again(self, alice, module):
        lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
        assert current(module) == "1.0.0"
        detail = {"version": "1.0.0", "before": "1.2.0"}
        assert last_deed() == ("version.made_current", "alice@example.com", detail)
        lifecycle.make_current(version_of(module, "1.2.0"), by=alice)
        assert current(module) == "1.2.0"

    def test_current_one_stays_so_without_a_word(self, alice, module):
        lifecycle.make_current(version_of(module, "1.2.0"), by=alice)
        assert (current(module), AuditEvent.objects.count()) == ("1.2.0", 0)

    def test_title_in_effect_is_that_of_the_version(self, alice, module):
        renamed = add_version(module, number=4, title="Farewell")
        lifecycle.make_current(renamed, by=alice)
        module.refresh_from_db()
        assert module.title == "Farewell"

    def test_own_title_stays(self, alice, module):
        module.own_title = module.title = "Hello"
        module.save()
        lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
        module.refresh_from_db()
        assert module.title == "Hello"

    def test_revoked_one_is_refused(self, alice, module):
        lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
        with pytest.raises(lifecycle.Refused, match="it cannot become current. Undo the revocation first."):
            lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
        assert current(module) == "1.2.0"

    def test_module_that_left_the_catalogue_is_refused(self, alice, module):
        module.removed_at = module.current_version.published_at
        module.save()
        with pytest.raises(lifecycle.Refused, match="Greeting was removed from the catalogue."):
            lifecycle.make_current(version_of(module, "1.0.0"), by=alice)
        assert current(module) == "1.2.0"


class TestDeprecate:
    def test_says_why_and_where_to_go(self, alice, module):
        link = "https://example.com/migrate"
        before = version_of(module, "1.0.0")
        lifecycle.deprecate(before, reason="Use 1.1.0", link=link, by=alice)
        version = version_of(module, "1.0.0")
        assert (version.deprecation_reason, version.deprecation_link) == ("Use 1.1.0", link)
        assert version.deprecated_at is not None
        assert last_deed()[::2] == ("version.deprecated", {"version": "1.0.0", "reason": "Use 1.1.0", "link": link})
        assert current(module) == "1.2.0"

    def test_other_words_keep_the_day(self, alice, module):
        first = lifecycle.deprecate(version_of(module, "1.0.0"), reason="Old", link="https://example.com", by=alice)
        again = lifecycle.deprecate(first, reason="Broken", by=alice)
        assert (again.deprecated_at, again.deprecation_reason, again.deprecation_link) == (
            first.deprecated_at,
            "Broken",
            "",
        )

    def test_is_taken_back(self, alice, module):
        lifecycle.deprecate(version_of(module, "1.0.0"), reason="Old", link="https://example.com", by=alice)
        lifecycle.undeprecate(version_of(module, "1.0.0"), by=alice)
        version = version_of(module, "1.0.0")
        assert (version.deprecated_at, version.deprecation_reason, version.deprecation_link) == (None, "", "")
        assert last_deed()[0] == "version.undeprecated"


class TestRevoke:
    def test_older_one_leaves_the_current_one_alone(self, alice, module):
        lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
        version = version_of(module, "1.0.0")
        assert (version.revoked_at is not None, version.revocation_reason) == (True, "leaks")
        assert current(module) == "1.2.0"
        detail = {"version": "1.0.0", "reason": "leaks", "current": "1.2.0"}
        assert last_deed() == ("version.revoked", "alice@example.com", detail)

    def test_newest_that_is_not_revoked_follows_the_current_one(self, alice, module):
        lifecycle.revoke(version_of(module, "1.1.0"), reason="leaks", by=alice)
        lifecycle.revoke(version_of(module, "1.2.0"), reason="leaks too", by=alice)
        assert current(module) == "1.0.0"
        assert last_deed()[2]["current"] == "1.0.0"

    def test_last_one_stays_current_and_cannot_be_deployed(self, alice):
        module = make_module(alice, versions=1)
        lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
        assert current(module) == "1.0.0"
        assert (Module.objects.published().count(), Module.objects.deployable().count()) == (1, 0)

    def test_second_revocation_is_refused_and_keeps_the_reason(self, alice, module):
        lifecycle.revoke(version_of(module, "1.0.0"), reason="leaks", by=alice)
        with pytest.raises(lifecycle.Refused, match="Version 1.0.0 is already revoked."):
            lifecycle.revoke(version_of(module, "1.0.0"), reason="other", by=alice)
        assert version_of(module, "1.0.0").revocation_reason == "leaks"

    def test_taken_back_it_may_become_current_but_does_not_by_itself(self, alice, module):
        lifecycle.revoke(version_of(module, "1.2.0"), reason="mistake", by=alice)
        version = lifecycle.unrevoke(version_of(module, "1.2.0"), by=alice)
        assert (version.revoked_at, version.revocation_reason, current(module)) == (None, "", "1.1.0")
        assert last_deed()[::2] == ("version.unrevoked", {"version": "1.2.0", "current": "1.1.0"})

    def test_taken_back_where_all_are_revoked_it_is_current(self, alice):
        module = make_module(alice, versions=2)
        for semver in ("1.1.0", "1.0.0"):
            lifecycle.revoke(version_of(module, semver), reason="leaks", by=alice)
        assert current(module) == "1.0.0"
        lifecycle.unrevoke(version_of(module, "1.1.0"), by=alice)
        assert current(module) == "1.1.0"


@pytest.mark.parametrize(
    "deed",
    [
        lambda version, by: lifecycle.make_current(version, by=by),
        lambda version, by: lifecycle.deprecate(version, reason="Old", by=by),
        lambda version, by: lifecycle.undeprecate(version, by=by),
        lambda version, by: lifecycle.revoke(version, reason="Old", by=by),
        lambda version, by: lifecycle.unrevoke(version, by=by),
    ],
    ids=["make_current", "deprecate", "undeprecate", "revoke", "unrevoke"],
)
def test_only_the_publisher_and_admins_may(alice, bob, carol, admin, deed):
    module = make_module(alice, audience="everyone")
    before = list(ModuleVersion.objects.values())
    for stranger in (bob, carol):
        with pytest.raises(PermissionDenied):
            deed(version_of(module, "1.0.0"), stranger)
    assert (list(ModuleVersion.objects.values()), current(module)) == (before, "1.2.0")
    deed(version_of(module, "1.0.0"), admin)


def test_partner_who_lost_the_role_may_not(alice):
    module = make_module(alice)
    alice.is_partner = False
    alice.save()
    with pytest.raises(PermissionDenied):
        lifecycle.make_current(version_of(module, "1.0.0"), by=alice)


def test_alarm_is_dismissed_once_by_whom_it_concerns(alice, bob, module):
    alarm = Alarm.objects.create(version=version_of(module, "1.0.0"), kind=Alarm.Kind.TAG_MOVED, found="f" * 40)
    with pytest.raises(PermissionDenied):
        lifecycle.dismiss_alarm(alarm, by=bob)
    lifecycle.dismiss_alarm(alarm, by=alice)
    lifecycle.dismiss_alarm(alarm, by=alice)
    alarm.refresh_from_db()
    assert (alarm.dismissed_by, alarm.dismissed_at is not None) == (alice, True)
    events = AuditEvent.objects.filter(verb="alarm.dismissed")
    assert [(event.by, event.detail) for event in events] == [
        ("alice@example.com", {"kind": "tag_moved", "version": "1.0.0"})
    ]
