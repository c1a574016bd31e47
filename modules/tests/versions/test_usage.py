import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from deployments.models import Deployment, Run
from deployments.tests.factories import make_deployment, make_run
from modules.tests.published_versions import make_module, version_of
from modules.versions import notices, usage

pytestmark = pytest.mark.django_db


@pytest.fixture
def module(alice):
    return make_module(alice)


def deploy(version, owner, name, *endings, live=False):
    """A deployment with a run for each of the endings, an action and a status apiece."""
    deployment = make_deployment(version, owner=owner, name=name)
    for action, status in endings:
        make_run(deployment, action=action, status=status)
    Deployment.objects.filter(pk=deployment.pk).update(status="live" if live else "pending")
    return deployment


def test_counts_deployments_runs_and_what_is_live(bob, carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "one", ("deploy", "failed"), ("retry", "succeeded"), ("update", "lost"), live=True)
    deploy(version, bob, "two", ("deploy", "succeeded"), live=True)
    deploy(version, bob, "three", ("deploy", "cancelled"))
    deploy(version, bob, "four", ("deploy", "queued"))
    found = usage.of_versions(module.versions.all())
    assert found[version.pk] == usage.Usage(deployed=2, succeeded=2, failed=2, live=3)
    assert found[version_of(module, "1.1.0").pk] == usage.Usage()


def test_live_is_what_holds_resources_or_is_at_work(bob, carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "failed and left resources", ("deploy", "failed"), live=True)
    deploy(version, carol, "at work for the first time", ("deploy", "failed"), ("retry", "applying"))
    deploy(version, carol, "failed and left nothing", ("deploy", "failed"))
    gone = deploy(version, bob, "gone", ("deploy", "succeeded"), live=True)
    Deployment.objects.filter(pk=gone.pk).update(destroyed_at=timezone.now())
    assert usage.of_versions(module.versions.all())[version.pk].live == 2
    assert [(each.name, each.usage.live) for each in usage.people_of(version).deployers] == [("Carol", 2), ("Bob", 0)]


def test_destroying_says_nothing_of_the_version(carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "one", ("deploy", "succeeded"), ("destroy", "failed"))
    assert usage.of_versions(module.versions.all())[version.pk] == usage.Usage(deployed=1, succeeded=1)


def test_update_counts_for_both_versions_and_stands_at_the_newer(carol, module):
    older, newer = version_of(module, "1.0.0"), version_of(module, "1.1.0")
    deployment = deploy(older, carol, "one", ("deploy", "succeeded"), live=True)
    deployment.version = newer
    deployment.save(update_fields=["version"])
    make_run(deployment, action=Run.Action.UPDATE, status=Run.Status.SUCCEEDED)
    found = usage.of_versions(module.versions.all())
    assert found[older.pk] == usage.Usage(deployed=1, succeeded=1, live=0)
    assert found[newer.pk] == usage.Usage(deployed=1, succeeded=1, live=1)


@pytest.mark.parametrize(
    ("succeeded", "failed", "percent"), [(0, 0, None), (3, 0, 100), (0, 2, 0), (199, 1, 99), (2, 1, 66)]
)
def test_percent_is_100_only_when_none_failed(succeeded, failed, percent):
    assert usage.Usage(succeeded=succeeded, failed=failed).percent == percent


@pytest.mark.parametrize(
    ("succeeded", "failed", "rate", "record"),
    [(0, 0, "–", "0"), (0, 3, "0 %", "0, 0 %"), (2, 1, "66 %", "2, 66 %"), (1_200, 0, "100 %", "1,200, 100 %")],
)
def test_success_is_written_for_a_table_and_beside_its_number(succeeded, failed, rate, record):
    used = usage.Usage(succeeded=succeeded, failed=failed)
    assert (used.rate, used.record) == (rate, record)


def test_deployers_come_by_how_often_they_deployed(bob, carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "one", ("deploy", "succeeded"), live=True)
    deploy(version, carol, "two", ("deploy", "failed"))
    deploy(version, bob, "three", ("deploy", "succeeded"), ("update", "succeeded"))
    assert usage.people_of(version).deployers == [
        usage.Deployer("Carol", usage.Usage(deployed=2, succeeded=1, failed=1, live=1)),
        usage.Deployer("Bob", usage.Usage(deployed=1, succeeded=2)),
    ]


def test_who_gets_an_email_is_counted_and_named_by_address(alice, bob, carol, module):
    version = version_of(module, "1.0.0")
    dora, erin = (User.objects.create_user(f"{name}@example.com") for name in ("dora", "erin"))
    for person in (erin, dora, carol, bob, alice, carol):
        deploy(version, person, f"of {person} {Deployment.objects.count()}", ("deploy", "succeeded"), live=True)
    people = usage.people_of(version)
    assert people.number == 5
    assert (people.told, people.number_told) == (["Bob", "Carol", "dora"], 4)  # not alice, whose module it is
    assert notices.notice(people.told, people.number_told) == "Bob, Carol, dora and 1 more get an e-mail."


def test_people_are_named_without_making_a_user_of_each(monkeypatch, carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "one", ("deploy", "succeeded"), live=True)
    monkeypatch.setattr(User, "__init__", lambda *_, **__: pytest.fail("made a user, with a random reference"))
    assert [each.name for each in usage.people_of(version).deployers] == ["Carol"]


def test_queries_do_not_grow_with_versions_or_people(alice, bob, carol, module):
    version = version_of(module, "1.0.0")
    deploy(version, carol, "one", ("deploy", "succeeded"))
    assert _queries(version) == 4
    for number, person in enumerate((alice, bob, carol) * 2):
        for each in module.versions.all():
            deploy(each, person, f"{each.number}-{number}", ("deploy", "succeeded"))
    assert _queries(version) == 4


def _queries(version) -> int:
    with CaptureQueriesContext(connection) as queries:
        usage.of_versions(version.module.versions.all())
        usage.people_of(version)
    return len(queries)
