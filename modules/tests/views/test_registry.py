"""Terraform's registry protocol: who gets which versions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import api_tokens
from accounts import services as accounts
from foundation.models import AuditEvent
from modules.models import Module, Share
from modules.registry import offers
from modules.registry.offers import main_provider
from modules.tests.published_versions import EMPTY, add_version, make_module, version_of
from modules.tests.registry_protocol import ADDRESS, BASE, archive, numbers
from modules.versions import lifecycle

GOOGLE = {"name": "google", "source": "hashicorp/google", "version": "~> 6.0"}
BUILT_IN = {"name": "terraform", "source": "terraform.io/builtin/terraform", "version": ""}

pytestmark = pytest.mark.django_db


def test_discovery_names_the_protocol(ask):
    answer = ask(None, "/.well-known/terraform.json")
    assert (answer["Content-Type"], answer.json()) == ("application/json", {"modules.v1": f"{BASE}/"})


@pytest.mark.parametrize(
    ("providers", "system"),
    [
        ([], "terraform"),
        ([BUILT_IN], "terraform"),
        ([BUILT_IN, GOOGLE], "google"),
        ([GOOGLE, BUILT_IN], "google"),
        ([GOOGLE | {"source": "registry.example.com/acme/Google-Beta_2"}], "googlebeta2"),
        ([GOOGLE | {"source": "x/" + "a" * 70}], "a" * 64),
        ([GOOGLE | {"source": "x/--"}, GOOGLE], "google"),
    ],
)
def test_main_provider_is_the_first_that_terraform_does_not_bring(providers, system):
    assert main_provider(providers) == system


def test_versions_are_listed_newest_first(ask, carol, greeting):
    answer = ask(carol, f"{ADDRESS}/versions")
    assert numbers(answer) == ["1.2.0", "1.1.0", "1.0.0"]
    assert "no-store" in answer["Cache-Control"]


def test_a_revoked_version_is_neither_listed_nor_downloaded_and_others_are(ask, alice, carol, greeting):
    lifecycle.revoke(version_of(greeting, "1.1.0"), reason="It lost data.", by=alice)
    assert numbers(ask(carol, f"{ADDRESS}/versions")) == ["1.2.0", "1.0.0"]
    assert ask(carol, f"{ADDRESS}/1.1.0/download").status_code == 404
    assert ask(carol, f"{ADDRESS}/1.0.0/download").status_code == 204


def test_latest_leads_to_what_new_deployments_use(ask, alice, carol, greeting):
    assert ask(carol, f"{ADDRESS}/download")["Location"] == f"{ADDRESS}/1.2.0/download"
    lifecycle.make_current(version_of(greeting, "1.0.0"), by=alice)
    assert ask(carol, f"{ADDRESS}/download")["Location"] == f"{ADDRESS}/1.0.0/download"


@pytest.mark.parametrize(
    "address",
    [
        "alice/greeting/google",
        "alice/greeting/Terraform",
        "alice/other/terraform",
        "bob/greeting/terraform",
        "platform/greeting/terraform",
        "Alice/greeting/terraform",
    ],
)
def test_another_address_is_404(ask, carol, greeting, address):
    paths = ("versions", "download", "1.0.0/download")
    assert [ask(carol, f"{BASE}/{address}/{path}").status_code for path in paths] == [404] * 3


def test_a_version_that_is_none_is_404(ask, carol, greeting):
    assert ask(carol, f"{ADDRESS}/9.0.0/download").json() == {
        "errors": ["This module does not exist, or the owner of this API token cannot see it."]
    }


def test_modules_of_the_platform_are_those_of_nobody(ask, carol, admin):
    make_module(None, slug="network", versions=1, by=admin)
    assert numbers(ask(carol, f"{BASE}/platform/network/terraform/versions")) == ["1.0.0"]


def test_an_address_stays_when_a_version_brings_another_provider(ask, carol, greeting):
    greeting.current_version = add_version(greeting, number=4, schema=EMPTY | {"providers": [GOOGLE]})
    greeting.save()
    assert offers.address(greeting) == "alice/greeting/google"
    for system in ("google", "terraform"):
        answer = ask(carol, f"{BASE}/alice/greeting/{system}/versions")
        assert numbers(answer) == ["1.3.0", "1.2.0", "1.1.0", "1.0.0"]


# Who gets a module of alice's, without and with Private Mode; carol is whom the named one names.
AUDIENCES = {
    ("everyone", False): "alice bob carol admin",
    ("everyone", True): "alice bob carol admin",
    ("named", False): "alice carol admin",
    ("named", True): "alice bob carol admin",
    ("exclusive", False): "alice admin",
    ("exclusive", True): "alice bob carol admin",
    ("removed", False): "",
    ("removed", True): "",
}


@pytest.mark.parametrize(("family", "private_mode"), AUDIENCES)
def test_exactly_those_get_it_who_may_see_it(ask, greeting, alice, bob, carol, admin, family, private_mode):
    people = {"alice": alice, "bob": bob, "carol": carol, "admin": admin}
    greeting.audience = "everyone" if family == "removed" else family
    greeting.removed_at = timezone.now() if family == "removed" else None
    greeting.save()
    Share.objects.create(module=greeting, email="Carol@example.com")
    keys = {
        name: offers.archive_key(greeting.current_version, token=api_tokens.create(person, name="key", by=person)[0])
        for name, person in people.items()
    }
    accounts.set_private_mode(private_mode, by=admin)
    paths = (f"{ADDRESS}/versions", f"{ADDRESS}/download", f"{ADDRESS}/1.2.0/download")
    got = {name: [ask(person, path).status_code for path in paths] for name, person in people.items()}
    got = {name: [*statuses, ask(None, archive(keys[name])).status_code] for name, statuses in got.items()}
    allowed = AUDIENCES[family, private_mode].split()
    assert got == {name: [200, 302, 204, 200] if name in allowed else [404] * 4 for name in people}


def test_private_mode_is_read_on_each_request(ask, alice, carol, admin, greeting):
    Module.objects.update(audience="exclusive")
    statuses = []
    for on in (True, False, True):
        accounts.set_private_mode(on, by=admin)
        statuses.append(ask(carol, f"{ADDRESS}/versions").status_code)
    assert statuses == [200, 404, 200]


def test_a_partner_who_lost_the_role_offers_nothing_in_a_terminal(ask, alice, carol, admin, greeting):
    accounts.set_roles(alice, is_partner=False, is_staff=False, by=admin)
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (alice, carol)] == [404, 404]


# --- credentials -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["versions", "download", "1.0.0/download"])
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {text}", "Token {text}"])
def test_without_a_working_token_it_is_401(client, carol, greeting, path, header):
    _, text = api_tokens.create(carol, name="laptop", by=carol)
    headers = {} if header is None else {"Authorization": header.format(text=text)}
    answer = client.get(f"{ADDRESS}/{path}", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Partner Portal"')
    assert answer.json() == {"errors": ["Send a valid API token of this portal. You create one on your profile page."]}
    assert client.get(f"{ADDRESS}/versions", headers={"Authorization": f"bearer {text}"}).status_code == 200


def test_a_session_is_no_credential(client, alice, greeting):
    client.force_login(alice)
    answer = client.get(f"{ADDRESS}/versions")
    assert answer.status_code == 401
    assert "Cookie" not in answer.get("Vary", "")


def test_a_revoked_token_and_one_of_a_deactivated_person_are_401(ask, carol, bob, admin, greeting):
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (bob, carol)] == [200, 200]
    api_tokens.revoke(carol.api_tokens.get(), by=carol)
    accounts.set_active(bob, False, by=admin)
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (bob, carol)] == [401, 401]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE"])
def test_the_protocol_is_asked_with_get_alone(ask, carol, greeting, method):
    paths = ["/.well-known/terraform.json", f"{ADDRESS}/versions", f"{ADDRESS}/download", f"{ADDRESS}/1.0.0/download"]
    assert [ask(carol, path, method).status_code for path in paths] == [405] * 4


def test_asking_for_versions_writes_nothing_but_the_last_use(ask, carol, greeting, django_assert_num_queries):
    ask(carol, f"{ADDRESS}/versions")
    before = AuditEvent.objects.count()
    with django_assert_num_queries(5):  # token, Private Mode, module, its providers, its versions
        ask(carol, f"{ADDRESS}/versions")
    assert AuditEvent.objects.count() == before
    assert timezone.now() - carol.api_tokens.get().last_used_at < timedelta(minutes=1)
