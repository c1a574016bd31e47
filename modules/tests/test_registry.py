"""Terraform's registry protocol: who gets which versions, and how far a download address reaches."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.utils import timezone

from accounts import api_tokens
from accounts import services as accounts
from accounts.models import ApiToken
from deployments.tests.factories import make_version
from foundation.models import AuditEvent
from modules import registry, versioning
from modules.archive import unpack
from modules.models import Module, Share
from modules.registry import main_provider
from modules.tests.versions import EMPTY, add_version, make_module, version_of

HOST = "portal.example.com"
BASE = "/registry/modules/v1"
ADDRESS = f"{BASE}/alice/greeting/terraform"
GOOGLE = {"name": "google", "source": "hashicorp/google", "version": "~> 6.0"}
BUILT_IN = {"name": "terraform", "source": "terraform.io/builtin/terraform", "version": ""}

pytestmark = pytest.mark.django_db


@pytest.fixture
def module(alice):
    """Alice's module of three versions, for everyone."""
    return make_module(alice, slug="greeting", audience=Module.Audience.EVERYONE)


@pytest.fixture
def ask(client, settings):
    """Gives the answer to a person's token: `ask(carol, path)`; for None one without a token."""
    settings.ALLOWED_HOSTS = [HOST]
    texts = {}

    def get(person, path, method="GET"):
        if person and person not in texts:
            texts[person] = api_tokens.create(person, name="terminal", by=person)[1]
        headers = {"Authorization": f"Bearer {texts[person]}"} if person else {}
        return client.generic(method, path, headers={"Host": HOST} | headers, secure=True)

    return get


def numbers(answer):
    (module,) = answer.json()["modules"]
    return [version["version"] for version in module["versions"]]


def source_of(answer):
    """The address that Terraform is given, without host: the archive's, and the folder in it."""
    assert answer.status_code == 204
    url = urlsplit(answer["X-Terraform-Get"].encode("latin-1").decode())
    assert (url.scheme, url.netloc) == ("https", HOST)
    path, _, folder = url.path.partition("//")
    return path, folder


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


def test_versions_are_listed_newest_first(ask, carol, module):
    answer = ask(carol, f"{ADDRESS}/versions")
    assert numbers(answer) == ["1.2.0", "1.1.0", "1.0.0"]
    assert "no-store" in answer["Cache-Control"]


def test_a_revoked_version_is_neither_listed_nor_downloaded_and_others_are(ask, alice, carol, module):
    versioning.revoke(version_of(module, "1.1.0"), reason="It lost data.", by=alice)
    assert numbers(ask(carol, f"{ADDRESS}/versions")) == ["1.2.0", "1.0.0"]
    assert ask(carol, f"{ADDRESS}/1.1.0/download").status_code == 404
    assert ask(carol, f"{ADDRESS}/1.0.0/download").status_code == 204


def test_latest_leads_to_what_new_deployments_use(ask, alice, carol, module):
    assert ask(carol, f"{ADDRESS}/download")["Location"] == f"{ADDRESS}/1.2.0/download"
    versioning.make_current(version_of(module, "1.0.0"), by=alice)
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
def test_another_address_is_404(ask, carol, module, address):
    paths = ("versions", "download", "1.0.0/download")
    assert [ask(carol, f"{BASE}/{address}/{path}").status_code for path in paths] == [404] * 3


def test_a_version_that_is_none_is_404(ask, carol, module):
    assert ask(carol, f"{ADDRESS}/9.0.0/download").json() == {
        "errors": ["There is no such module here, or this token's owner may not see it."]
    }


def test_modules_of_the_platform_are_those_of_nobody(ask, carol, admin):
    make_module(None, slug="network", versions=1, by=admin)
    assert numbers(ask(carol, f"{BASE}/platform/network/terraform/versions")) == ["1.0.0"]


def test_an_address_stays_when_a_version_brings_another_provider(ask, carol, module):
    module.current_version = add_version(module, number=4, schema=EMPTY | {"providers": [GOOGLE]})
    module.save()
    assert registry.address(module) == "alice/greeting/google"
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
def test_exactly_those_get_it_who_may_see_it(
    ask, client, module, alice, bob, carol, admin, family, private_mode, tmp_path
):
    people = {"alice": alice, "bob": bob, "carol": carol, "admin": admin}
    module.audience = "everyone" if family == "removed" else family
    module.removed_at = timezone.now() if family == "removed" else None
    module.save()
    Share.objects.create(module=module, email="Carol@example.com")
    keys = {
        name: registry.archive_key(module.current_version, token=api_tokens.create(person, name="key", by=person)[0])
        for name, person in people.items()
    }
    accounts.set_private_mode(private_mode, by=admin)
    paths = (f"{ADDRESS}/versions", f"{ADDRESS}/download", f"{ADDRESS}/1.2.0/download")
    got = {name: [ask(person, path).status_code for path in paths] for name, person in people.items()}
    got = {name: [*statuses, ask(None, archive(keys[name])).status_code] for name, statuses in got.items()}
    allowed = AUDIENCES[family, private_mode].split()
    assert got == {name: [200, 302, 204, 200] if name in allowed else [404] * 4 for name in people}


def test_private_mode_is_read_on_each_request(ask, alice, carol, admin, module):
    Module.objects.update(audience="exclusive")
    statuses = []
    for on in (True, False, True):
        accounts.set_private_mode(on, by=admin)
        statuses.append(ask(carol, f"{ADDRESS}/versions").status_code)
    assert statuses == [200, 404, 200]


def test_a_partner_who_lost_the_role_offers_nothing_in_a_terminal(ask, alice, carol, admin, module):
    accounts.set_roles(alice, is_partner=False, is_staff=False, by=admin)
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (alice, carol)] == [404, 404]


# --- credentials -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["versions", "download", "1.0.0/download"])
@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic {text}", "Token {text}"])
def test_without_a_working_token_it_is_401(client, carol, module, path, header):
    _, text = api_tokens.create(carol, name="laptop", by=carol)
    headers = {} if header is None else {"Authorization": header.format(text=text)}
    answer = client.get(f"{ADDRESS}/{path}", headers=headers)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, 'Bearer realm="Partner Portal"')
    assert answer.json() == {"errors": ["Send a working API token of this portal: Profile, API tokens."]}
    assert client.get(f"{ADDRESS}/versions", headers={"Authorization": f"bearer {text}"}).status_code == 200


def test_a_session_is_no_credential(client, alice, module):
    client.force_login(alice)
    answer = client.get(f"{ADDRESS}/versions")
    assert answer.status_code == 401
    assert "Cookie" not in answer.get("Vary", "")


def test_a_revoked_token_and_one_of_a_deactivated_person_are_401(ask, carol, bob, admin, module):
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (bob, carol)] == [200, 200]
    api_tokens.revoke(carol.api_tokens.get(), by=carol)
    accounts.set_active(bob, False, by=admin)
    assert [ask(person, f"{ADDRESS}/versions").status_code for person in (bob, carol)] == [401, 401]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE"])
def test_the_protocol_is_asked_with_get_alone(settings, ask, carol, module, method):
    paths = ["/.well-known/terraform.json", f"{ADDRESS}/versions", f"{ADDRESS}/download", f"{ADDRESS}/1.0.0/download"]
    assert [ask(carol, path, method).status_code for path in paths] == [405] * 4


def test_asking_for_versions_writes_nothing_but_the_last_use(ask, carol, module, django_assert_num_queries):
    ask(carol, f"{ADDRESS}/versions")
    before = AuditEvent.objects.count()
    with django_assert_num_queries(5):  # token, Private Mode, module, its providers, its versions
        ask(carol, f"{ADDRESS}/versions")
    assert AuditEvent.objects.count() == before
    assert timezone.now() - carol.api_tokens.get().last_used_at < timedelta(minutes=1)


# --- archives ------------------------------------------------------------------------------------------


def archive(key, name="greeting-1.2.0"):
    return f"/registry/archives/{key}/{name}.tar.gz"


@pytest.fixture
def token(carol):
    return api_tokens.create(carol, name="laptop", by=carol)[0]


def test_the_archive_holds_the_published_files_and_needs_no_token(ask, alice, carol, tmp_path):
    files = {"net/main.tf": 'module "s" {\n  source = "../shared"\n}\n', "shared/main.tf": "locals { a = 1 }\n"}
    version = make_version(files, owner=alice, path="net", schema=EMPTY)
    address = f"{BASE}/alice/{version.module.slug}/terraform/1.0.0/download"
    path, folder = source_of(ask(alice, address))
    answer = ask(None, path)
    unpack(answer.content, tmp_path)
    assert folder == "net"
    assert {name: (tmp_path / name).read_text() for name in files} == files
    assert (answer["Content-Type"], answer["Content-Length"]) == ("application/gzip", str(len(answer.content)))
    assert answer["Content-Disposition"] == f'attachment; filename="{version.module.slug}-1.0.0.tar.gz"'
    assert not answer.has_header("Content-Encoding")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("folder", ["", "modules/net work", "módulo/ネット", "100%/a&b#c"])
def test_the_address_ends_in_the_folder_as_terraform_wants_it(ask, alice, folder):
    prefix = f"{folder}/" if folder else ""
    version = make_version({f"{prefix}main.tf": ""}, owner=alice, path=folder, schema=EMPTY)
    answer = ask(alice, f"{BASE}/alice/{version.module.slug}/terraform/1.0.0/download")
    source = answer["X-Terraform-Get"].encode("latin-1").decode()
    assert source.endswith(f"/{version.module.slug}-1.0.0.tar.gz" + (f"//{folder}" if folder else ""))


def test_a_folder_that_terraform_cannot_address_is_not_offered(ask, alice):
    version = make_version({"a?b/main.tf": ""}, owner=alice, path="a?b", schema=EMPTY)
    address = f"{BASE}/alice/{version.module.slug}/terraform"
    assert numbers(ask(alice, f"{address}/versions")) == []
    assert ask(alice, f"{address}/1.0.0/download").status_code == 404


def test_each_download_is_audited_and_a_look_at_its_size_is_not(ask, carol, module, token):
    path = archive(registry.archive_key(module.current_version, token=token))
    size = ask(None, path, "HEAD")
    ask(None, path)
    event = AuditEvent.objects.get(verb="version.downloaded")
    assert size["Content-Length"] == str(len(module.current_version.archive.data))
    assert (event.by, event.target) == (carol.email, f"modules.moduleversion:{module.current_version.ref}")
    assert event.detail == {"semver": "1.2.0", "token": "laptop"}


def test_an_address_lasts_five_minutes(ask, module, token, monkeypatch):
    path = archive(registry.archive_key(module.current_version, token=token))
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 299)
    assert ask(None, path).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 302)
    assert ask(None, path).status_code == 404


def revoke_token(module, token, admin):
    api_tokens.revoke(token, by=token.owner)


def deactivate(module, token, admin):
    accounts.set_active(token.owner, False, by=admin)


def revoke_version(module, token, admin):
    versioning.revoke(module.current_version, reason="It lost data.", by=admin)


def withdraw(module, token, admin):
    Module.objects.update(audience="exclusive")


def remove(module, token, admin):
    Module.objects.update(removed_at=timezone.now())


@pytest.mark.parametrize("end", [revoke_token, deactivate, revoke_version, withdraw, remove])
def test_an_address_opens_nothing_that_was_closed_since(ask, admin, module, token, end):
    path = archive(registry.archive_key(module.current_version, token=token))
    assert ask(None, path).status_code == 200
    end(module, token, admin)
    assert ask(None, path).status_code == 404
    assert ask(None, path, "HEAD").status_code == 404


@pytest.mark.parametrize(
    "forge",
    [
        lambda key: "nothing",
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: "W" + key,
        lambda key: signing.dumps(signing.loads(key, salt=registry.SALT), salt="another purpose"),
    ],
)
def test_a_forged_address_opens_nothing(ask, module, token, forge):
    key = registry.archive_key(module.current_version, token=token)
    assert ask(None, archive(forge(key))).status_code == 404
    assert ask(None, archive(key), "POST").status_code == 405
    assert not AuditEvent.objects.filter(verb="version.downloaded").exists()


def test_no_address_holds_the_token(ask, carol, module):
    _, text = api_tokens.create(carol, name="laptop", by=carol)
    answer = ask(carol, f"{ADDRESS}/1.2.0/download")
    assert not any(
        part in answer["X-Terraform-Get"] for part in (text, *ApiToken.objects.values_list("digest", flat=True))
    )
