import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import GitHubConnection, User
from accounts.services import set_active, set_private_mode, set_roles
from modules.models import Module
from modules.tests.catalogues import connect, publish, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(alice, bob, admin, github):
    """One module each: alice's exclusive one, bob's for everyone, the platform's."""
    published(github, alice, path="alices")
    published(github, bob, name="bob-example/test-modules", path="bobs", audience="everyone")
    published(github, None, by=admin, name="platform-example/test-modules", path="platforms")


def seen_by(person):
    return sorted(Module.objects.visible_to(person).values_list("path", flat=True))


def test_own_those_for_everyone_and_the_platforms_are_seen(catalogue, alice, bob, carol):
    assert seen_by(alice) == ["alices", "bobs", "platforms"]
    assert seen_by(bob) == ["bobs", "platforms"]
    assert seen_by(carol) == ["bobs", "platforms"]
    assert seen_by(AnonymousUser()) == []


def test_named_people_see_what_names_them_and_only_then(catalogue, alice, carol):
    module = Module.objects.get(path="alices")
    module.shares.create(email=carol.email.upper())
    assert seen_by(carol) == ["bobs", "platforms"]
    Module.objects.filter(pk=module.pk).update(audience="named")
    assert seen_by(carol) == ["alices", "bobs", "platforms"]


def test_address_that_reads_alike_is_not_the_one_that_is_named(catalogue, alice):
    module = Module.objects.get(path="alices")
    module.shares.create(email="bill@github.com")
    Module.objects.filter(pk=module.pk).update(audience="named")
    lookalike = User.objects.create_user("b\u0131ll@g\u0131thub.com")
    assert seen_by(lookalike) == ["bobs", "platforms"]


def test_private_mode_opens_all_published_ones_and_no_removed_one(catalogue, bob, carol, admin, alice):
    set_private_mode(True, by=admin)
    assert seen_by(carol) == seen_by(bob) == ["alices", "bobs", "platforms"]
    publish(alice.github_connection)
    assert seen_by(bob) == ["bobs", "platforms"]
    set_private_mode(False, by=admin)
    assert seen_by(carol) == ["bobs", "platforms"]


def test_removed_module_is_seen_by_its_owner_and_admins_alone(catalogue, alice, bob, admin):
    publish(bob.github_connection)
    assert (seen_by(bob), seen_by(alice)) == (["bobs", "platforms"], ["alices", "platforms"])
    assert seen_by(admin) == ["alices", "bobs", "platforms"]
    assert Module.objects.published().count() == 2


def test_modules_of_a_lost_partner_stay_listed_for_their_return(catalogue, bob, admin):
    set_roles(bob, is_partner=False, is_staff=False, by=admin)
    publish(GitHubConnection.objects.get(owner=None), by=admin)
    assert sorted(Module.objects.listed().values_list("path", flat=True)) == ["alices", "bobs"]
    assert [module.path for module in Module.objects.published()] == ["alices"]
    assert {module.path: module.is_listed for module in Module.objects.all()} == {
        "alices": True,
        "bobs": True,
        "platforms": False,
    }


@pytest.mark.parametrize("loss", ["role", "account"])
def test_modules_leave_the_catalogue_with_their_partner(catalogue, bob, carol, admin, loss):
    if loss == "role":
        set_roles(bob, is_partner=False, is_staff=False, by=admin)
    else:
        set_active(bob, False, by=admin)
    assert seen_by(carol) == ["platforms"]


def test_catalogue_is_searched_and_filtered(alice, github):
    source = (
        'variable "module_services" { default = ["gke", "sql"] }\nvariable "module_description" { default = "Bank." }\n'
    )
    connection = connect(github, alice, files={"bank_app/main.tf": source, "vpc/main.tf": ""})
    publish(connection, "bank_app", "vpc")

    def titles(found):
        return list(found.values_list("title", flat=True))

    assert titles(Module.objects.search("app")) == titles(Module.objects.search("BANK gke")) == ["Bank App"]
    assert titles(Module.objects.search("")) == ["Bank App", "Vpc"]
    assert titles(Module.objects.search("bank vpc")) == titles(Module.objects.search('"')) == []
    assert titles(Module.objects.tagged("sql")) == ["Bank App"]
    assert titles(Module.objects.tagged("sq")) == []
