"""A publisher's settings, which override the repository's values."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.services import set_roles
from foundation.models import AuditEvent
from modules.models import Module
from modules.publishing import candidates, services, terms
from modules.publishing.terms import MOST_PEOPLE, Suggestion, Terms, set_audience, set_terms, suggestion_of, terms_of
from modules.tests.catalogues import GREETING, NAME, connect, publish, published, scan
from modules.versions import lifecycle
from tests.people import make_admin

pytestmark = pytest.mark.django_db
SAYS = GREETING + (
    'variable "credit_cost" { default = 12.5 }\nvariable "require_credit_purchases" { default = true }\n'
    'variable "shared_users" { default = ["Carol@example.com", "nobody"] }\n'
)


@pytest.fixture
def connection(alice, github):
    connection = connect(github, alice, files={"greeting/main.tf": SAYS, "other/main.tf": "x = = 1\n"})
    scan(connection)
    return connection


def row(connection, path="greeting"):
    rows = candidates.of_repository(connection, candidates.newest_scan(connection))
    return next(each for each in rows if each.path == path)


class TestUnpublished:
    def test_settings_of_a_folder_are_kept_until_it_is_published(self, connection, alice, carol):
        chosen = Terms("Hello", 20_000, False, "named", ["carol@example.com"], auto_publish=True)
        module = set_terms(connection, path="greeting", terms=chosen, by=alice)
        assert (module.current_version, module.title, row(connection).change) == (None, "Hello", "")
        assert terms_of(row(connection)) == chosen
        assert not Module.objects.visible_to(alice).exists()
        assert not Module.objects.listed().exists()
        publish(connection, "greeting")
        now = Module.objects.get()
        assert (now.pk, now.title, now.current_version.semver) == (module.pk, "Hello", "1.0.0")
        assert (now.credit_cost, now.purchased_only, now.auto_publish_by) == (20_000, False, alice)
        assert now.current_version.title == "Greeting"
        assert [each.path for each in Module.objects.visible_to(carol)] == ["greeting"]

    def test_folder_that_vanishes_with_its_settings_has_no_row(self, connection, alice, github):
        set_terms(connection, path="greeting", terms=Terms("Hello"), by=alice)
        github.commit(NAME, {"README.md": "x"}, remove=["greeting"])
        assert [each.path for each in candidates.of_repository(connection, scan(connection))] == ["other"]

    @pytest.mark.parametrize("path", ["other", "nowhere"])
    def test_what_is_no_module_has_none(self, connection, alice, path):
        with pytest.raises(services.NotPublishable) as refused:
            set_terms(connection, path=path, terms=Terms(), by=alice)
        assert refused.value.paths == [path]
        assert not Module.objects.exists()


class TestPublished:
    @pytest.fixture
    def connection(self, connection):
        publish(connection, "greeting")
        return connection

    def test_they_are_in_effect_at_once_and_can_be_reset(self, connection, alice):
        module = set_terms(connection, path="greeting", terms=Terms("Hello", 0, False), by=alice)
        module.refresh_from_db()
        assert (module.title, module.credit_cost, module.purchased_only) == ("Hello", 0, False)
        module = set_terms(connection, path="greeting", terms=Terms(), by=alice)
        module.refresh_from_db()
        assert (module.title, module.credit_cost, module.purchased_only) == ("Greeting", 125_000, True)

    def test_price_of_a_rolled_back_module_leaves_its_title(self, connection, alice, github):
        module = Module.objects.get()
        github.commit(NAME, {"welcome/main.tf": SAYS}, remove=["greeting"])
        publish(connection, "welcome")
        lifecycle.make_current(module.versions.get(number=1), by=alice)
        set_terms(connection, path="welcome", terms=Terms(credit_cost=5), by=alice)
        module.refresh_from_db()
        assert (module.title, module.current_version.semver) == ("Greeting", "1.0.0")

    def test_next_version_leaves_what_the_publisher_has_set(self, connection, alice, github):
        set_terms(connection, path="greeting", terms=Terms("Hello", 10_000), by=alice)
        github.commit(NAME, {"greeting/main.tf": SAYS.replace("12.5", "30")})
        publish(connection, "greeting")
        module = Module.objects.get()
        assert (module.title, module.credit_cost, module.current_version.credit_cost) == ("Hello", 10_000, 300_000)

    def test_saying_the_same_again_changes_and_audits_nothing(self, connection, alice):
        for _ in range(2):
            set_terms(connection, path="greeting", terms=Terms(" Hello  you ", emails=["x@example.com"]), by=alice)
        (event,) = AuditEvent.objects.filter(verb="module.terms_set")
        assert event.detail == {"before": {"title": ""}, "after": {"title": "Hello you"}}

    def test_audit_names_what_changed_before_and_after(self, connection, alice):
        set_terms(connection, path="greeting", terms=Terms(credit_cost=5, audience="everyone"), by=alice)
        event = AuditEvent.objects.get(verb="module.terms_set")
        assert event.detail == {
            "before": {"credit_cost": None, "audience": "exclusive"},
            "after": {"credit_cost": 5, "audience": "everyone"},
        }

    def test_automatic_publishing_is_answered_for_by_who_switched_it_on(self, connection, alice):
        set_terms(connection, path="greeting", terms=Terms(auto_publish=True), by=alice)
        assert Module.objects.get().auto_publish_by == alice
        set_terms(connection, path="greeting", terms=Terms(), by=alice)
        assert Module.objects.get().auto_publish_by is None

    def test_automatic_publishing_that_lapsed_and_is_saved_as_off_does_not_come_back(self, admin, github):
        connection = connect(github, None, by=admin, name="platform-example/test-modules", files={"a/main.tf": ""})
        scan(connection, by=admin)
        off, second = Terms(audience="everyone"), make_admin("second")
        set_terms(connection, path="a", terms=Terms(audience="everyone", auto_publish=True), by=second)
        set_roles(second, is_partner=False, is_staff=False, by=admin)
        set_terms(connection, path="a", terms=off, by=admin)
        assert Module.objects.get().auto_publish_by is None

    def test_moved_folders_settings_are_its_modules(self, connection, alice, github):
        github.commit(NAME, {"modules/greeting/main.tf": SAYS}, remove=["greeting"])
        scan(connection)
        module = set_terms(connection, path="modules/greeting", terms=Terms(credit_cost=7), by=alice)
        assert (Module.objects.count(), module.path, module.own_credit_cost) == (1, "greeting", 7)
        publish(connection, "modules/greeting")
        assert Module.objects.get().credit_cost == 7


class TestAudience:
    def test_addresses_are_lowered_and_the_owners_own_is_dropped(self, connection, alice):
        emails = ["Carol@Example.com", "carol@example.com ", "new@example.org", "ALICE@example.com"]
        module = set_terms(connection, path="greeting", terms=Terms(audience="named", emails=emails), by=alice)
        assert [share.email for share in module.shares.all()] == ["carol@example.com", "new@example.org"]

    def test_another_audience_names_nobody(self, connection, alice):
        named = Terms(audience="named", emails=["carol@example.com"])
        set_terms(connection, path="greeting", terms=named, by=alice)
        module = set_terms(
            connection, path="greeting", terms=Terms(audience="everyone", emails=["x@example.com"]), by=alice
        )
        assert not module.shares.exists()

    @pytest.mark.parametrize(
        "wrong",
        [
            Terms(audience="named", emails=["nobody"]),
            Terms(audience="named", emails=[f"p{n}@example.com" for n in range(MOST_PEOPLE + 1)]),
            Terms(audience="all"),
            Terms(credit_cost=-1),
            Terms(credit_cost=10**10 + 1),
            Terms("x" * 201),
            Terms("a\0b"),
        ],
    )
    def test_what_cannot_be_is_refused(self, connection, alice, wrong):
        with pytest.raises(ValidationError):
            set_terms(connection, path="greeting", terms=wrong, by=alice)
        assert not Module.objects.exists()

    def test_platform_module_is_for_everyone(self, admin, github):
        module = published(github, None, by=admin, name="platform-example/test-modules")
        connection = services.GitHubConnection.objects.get()
        assert terms_of(row(connection)).audience == "everyone"
        for deed in (
            lambda: set_terms(connection, path="greeting", terms=Terms(audience="exclusive"), by=admin),
            lambda: set_audience(module, audience="named", emails=["x@example.com"], by=admin),
        ):
            with pytest.raises(ValidationError, match="A platform module is for everyone"):
                deed()

    def test_one_module_can_be_shared_by_itself(self, alice, bob, carol, github):
        module = published(github, alice)
        for _ in range(2):
            set_audience(module, audience="named", emails=[carol.email], by=alice)
        assert AuditEvent.objects.filter(verb="module.audience_set").count() == 1
        assert list(Module.objects.visible_to(carol)) == [module]
        with pytest.raises(PermissionDenied):
            set_audience(module, audience="everyone", by=bob)


class TestSuggestion:
    def test_repository_suggests_and_never_decides(self, connection, alice, carol):
        assert suggestion_of(row(connection)) == Suggestion("Greeting", 125_000, True, "named", ["carol@example.com"])
        publish(connection, "greeting")
        assert (Module.objects.get().audience, Module.objects.visible_to(carol).count()) == ("exclusive", 0)

    def test_public_access_suggests_everyone(self, connection, github):
        github.commit(NAME, {"greeting/main.tf": SAYS + 'variable "public_access" { default = true }\n'})
        scan(connection)
        assert suggestion_of(row(connection)).audience == "everyone"

    def test_vanished_folder_suggests_the_price_of_its_newest_version(self, connection, github):
        publish(connection, "greeting")
        github.commit(NAME, {"README.md": "x"}, remove=["greeting"])
        scan(connection)
        assert suggestion_of(row(connection)) == Suggestion("Greeting", 125_000, True, "exclusive", [])


def test_nobody_else_sets_terms(connection, bob, admin):
    for person in (bob, admin):
        with pytest.raises(PermissionDenied):
            set_terms(connection, path="greeting", terms=Terms(), by=person)


def test_suggestions_of_all_rows_take_no_query_and_terms_of_one_a_single_one(
    connection, alice, django_assert_num_queries
):
    set_terms(connection, path="greeting", terms=Terms(audience="named", emails=["a@example.com"]), by=alice)
    rows = candidates.of_repository(connection, candidates.newest_scan(connection))
    candidates.details(rows)
    with django_assert_num_queries(1):
        assert terms.terms_of(rows[0]).emails == ["a@example.com"]
        assert [terms.suggestion_of(each).credit_cost for each in rows] == [125_000, 0]
