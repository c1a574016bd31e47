"""Archives of modules: how long and how far their addresses open them."""

import pytest
from django.core import signing
from django.utils import timezone

from accounts import api_tokens
from accounts import services as accounts
from accounts.models import ApiToken
from deployments.tests.factories import make_version
from foundation.models import AuditEvent
from modules.models import Module
from modules.reading import file_store
from modules.reading.archive import unpack
from modules.registry import offers
from modules.tests.published_versions import EMPTY
from modules.tests.registry_protocol import ADDRESS, BASE, archive, numbers, source_of
from modules.versions import lifecycle
from tests.streaming import whole

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(carol):
    return api_tokens.create(carol, name="laptop", by=carol)[0]


def test_the_archive_holds_the_published_files_and_needs_no_token(ask, alice, carol, tmp_path):
    files = {"net/main.tf": 'module "s" {\n  source = "../shared"\n}\n', "shared/main.tf": "locals { a = 1 }\n"}
    version = make_version(files, owner=alice, path="net", schema=EMPTY)
    address = f"{BASE}/alice/{version.module.slug}/terraform/1.0.0/download"
    path, folder = source_of(ask(alice, address))
    answer = ask(None, path)
    unpack(data := whole(answer), tmp_path)
    assert folder == "net"
    assert {name: (tmp_path / name).read_text() for name in files} == files
    assert (answer["Content-Type"], answer["Content-Length"]) == ("application/gzip", str(len(data)))
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


def test_each_download_is_audited_and_a_look_at_its_size_is_not(ask, carol, greeting, token):
    path = archive(offers.archive_key(greeting.current_version, token=token))
    size = ask(None, path, "HEAD")
    ask(None, path)
    event = AuditEvent.objects.get(verb="version.downloaded")
    assert size["Content-Length"] == str(len(file_store.packed(greeting.current_version.archive)))
    assert (event.by, event.target) == (carol.email, f"modules.moduleversion:{greeting.current_version.ref}")
    assert event.detail == {"semver": "1.2.0", "token": "laptop"}


def test_an_address_lasts_five_minutes(ask, greeting, token, monkeypatch):
    path = archive(offers.archive_key(greeting.current_version, token=token))
    now = signing.time.time()
    monkeypatch.setattr(signing.time, "time", lambda: now + 299)
    assert ask(None, path).status_code == 200
    monkeypatch.setattr(signing.time, "time", lambda: now + 302)
    assert ask(None, path).status_code == 404


def revoke_token(greeting, token, admin):
    api_tokens.revoke(token, by=token.owner)


def deactivate(greeting, token, admin):
    accounts.set_active(token.owner, False, by=admin)


def revoke_version(greeting, token, admin):
    lifecycle.revoke(greeting.current_version, reason="It lost data.", by=admin)


def withdraw(greeting, token, admin):
    Module.objects.update(audience="exclusive")


def remove(greeting, token, admin):
    Module.objects.update(removed_at=timezone.now())


@pytest.mark.parametrize("end", [revoke_token, deactivate, revoke_version, withdraw, remove])
def test_an_address_opens_nothing_that_was_closed_since(ask, admin, greeting, token, end):
    path = archive(offers.archive_key(greeting.current_version, token=token))
    assert ask(None, path).status_code == 200
    end(greeting, token, admin)
    assert ask(None, path).status_code == 404
    assert ask(None, path, "HEAD").status_code == 404


@pytest.mark.parametrize(
    "forge",
    [
        lambda key: "nothing",
        lambda key: key[:-1] + ("A" if key[-1] != "A" else "B"),
        lambda key: "W" + key,
        lambda key: signing.dumps(signing.loads(key, salt=offers.SALT), salt="another purpose"),
    ],
)
def test_a_forged_address_opens_nothing(ask, greeting, token, forge):
    key = offers.archive_key(greeting.current_version, token=token)
    assert ask(None, archive(forge(key))).status_code == 404
    assert ask(None, archive(key), "POST").status_code == 405
    assert not AuditEvent.objects.filter(verb="version.downloaded").exists()


def test_no_address_holds_the_token(ask, carol, greeting):
    _, text = api_tokens.create(carol, name="laptop", by=carol)
    answer = ask(carol, f"{ADDRESS}/1.2.0/download")
    assert not any(
        part in answer["X-Terraform-Get"] for part in (text, *ApiToken.objects.values_list("digest", flat=True))
    )
