"""What GitHub's webhook posts, signed as GitHub signs it, to the portal's own address."""

import hashlib
import hmac
import json
import uuid
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import GitHubConnection, User
from modules.models import Delivery, Scan
from modules.scanning import polling, webhooks
from modules.views.hooks import REFUSED

pytestmark = pytest.mark.django_db
SECRET = "a secret of this webhook"
FORM = "application/x-www-form-urlencoded"


def connect(owner, *, repository_id=1001, secret=SECRET) -> GitHubConnection:
    """A connection with a webhook, whose repository was read once."""
    names = {"login": "somebody", "repository_name": "somebody/modules", "branch": "main"}
    made = GitHubConnection(owner=owner, repository_id=repository_id, checked_at=timezone.now(), **names)
    made.token, made.webhook_secret = "ghp_somebody", secret
    made.save()
    Scan.objects.create(**of(made), status="succeeded", started_at=Now(), finished_at=Now())
    return made


def of(connection) -> dict:
    names = {"repository_id": connection.repository_id, "repository_name": connection.repository_name}
    return {"connection": connection, "branch": "main"} | names


def finish():
    """What waits is read, as a worker would."""
    Scan.objects.unfinished().update(status="succeeded", started_at=Now(), finished_at=Now())


@pytest.fixture
def connection(alice):
    return connect(alice)


def push_of(connection, **facts):
    return {
        "ref": "refs/heads/main",
        "repository": {"id": connection.repository_id, "default_branch": "main", "pushed_at": 1_790_000_000},
    } | facts


def signed(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


@pytest.fixture
def post(client, connection):
    """Posts a body to the webhook of the connection, and heeds it as a worker; `payload` may be bytes."""

    def send(payload, *, event="push", kind="application/json", delivery=None, ref=None, signature=None, **headers):
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {
            "X-GitHub-Event": event,
            "X-GitHub-Delivery": delivery or str(uuid.uuid4()),
            "X-Hub-Signature-256": signed(body) if signature is None else signature,
        } | headers
        address = f"/hooks/github/{ref or connection.ref}/"
        answer = client.post(address, body, content_type=kind, headers=headers)
        webhooks.heed_waiting()
        return answer

    return send


def said(answer) -> tuple[int, str]:
    return answer.status_code, answer.text


def test_a_ping_is_answered_with_pong_each_time(post, connection):
    for _ in range(2):
        assert said(post({"zen": "Keep it logically awesome."}, event="ping", delivery="one")) == (200, "pong")
    assert list(Delivery.objects.values_list("event", "delivery_id")) == [("ping", "one")]
    assert Scan.objects.count() == 1


def test_a_push_to_the_branch_has_the_repository_read(post, connection):
    assert said(post(push_of(connection), delivery="guid-1")) == (202, "queued")
    waiting = Scan.objects.get(status="pending")
    assert (waiting.connection, waiting.by) == (connection, None)
    assert Delivery.objects.get().delivery_id == "guid-1"


@pytest.mark.parametrize("ref", ["refs/heads/main", "refs/tags/v1.2.3", "refs/tags/greeting/v2.0.0"])
def test_the_chosen_branch_and_every_tag_count(post, connection, ref):
    assert said(post(push_of(connection, ref=ref))) == (202, "queued")


def test_a_deleted_tag_counts_too(post, connection):
    assert said(post(push_of(connection, ref="refs/tags/v1.0.0", deleted=True))) == (202, "queued")


@pytest.mark.parametrize("ref", ["refs/heads/other", "refs/heads/main2", "refs/notes/main", "main", None, 7, ["x"]])
def test_a_push_elsewhere_is_ignored_with_a_reason(post, connection, ref):
    assert said(post(push_of(connection, ref=ref))) == (202, "ignored: modules come from the branch main")
    assert Scan.objects.count() == 1


@pytest.mark.parametrize("repository", [{"id": 1}, {}, {"id": None}, None, "alice-example/test-modules", []])
def test_another_repository_is_ignored_with_a_reason(post, connection, repository):
    answer = post(push_of(connection, repository=repository))
    assert said(answer) == (202, "ignored: modules come from another repository")
    assert Scan.objects.count() == 1


def test_another_event_is_ignored_with_a_reason(post, connection):
    assert said(post({"action": "opened"}, event="issues")) == (202, "ignored: the event issues is not used")


def test_a_branch_that_was_chosen_is_the_one_that_counts(post, connection):
    GitHubConnection.objects.update(branch="release/2.x")
    assert said(post(push_of(connection))) == (202, "ignored: modules come from the branch release/2.x")
    assert said(post(push_of(connection, ref="refs/heads/release/2.x"))) == (202, "queued")


def test_nothing_is_read_for_one_who_is_no_partner_any_more(post, connection):
    User.objects.update(is_partner=False, partner_since=None)
    assert said(post(push_of(connection))) == (202, "ignored: its owner publishes no modules")
    assert Scan.objects.count() == 1


def test_the_platforms_repository_has_a_webhook_as_well(post):
    platform = connect(None, repository_id=1003, secret="of the platform")
    body = json.dumps(push_of(platform)).encode()
    assert said(post(body, ref=platform.ref)) == (403, REFUSED)
    assert said(post(body, ref=platform.ref, signature=signed(body, "of the platform"))) == (202, "queued")
    assert Scan.objects.get(status="pending").connection == platform


def test_the_other_content_type_works_too(post, connection):
    body = urlencode({"payload": json.dumps(push_of(connection))}).encode()
    assert said(post(body, kind=FORM)) == (202, "queued")


class TestReplay:
    def test_the_same_delivery_is_taken_once(self, post, connection):
        assert said(post(push_of(connection), delivery="guid")) == (202, "queued")
        finish()
        assert said(post(push_of(connection), delivery="guid")) == (
            202,
            "ignored: this delivery was received before",
        )
        assert (Delivery.objects.count(), Scan.objects.filter(status="pending").count()) == (1, 0)

    def test_another_id_does_not_make_an_old_body_new(self, post, connection):
        post(push_of(connection), delivery="guid")
        finish()
        assert post(push_of(connection), delivery="forged").text == "ignored: this delivery was received before"
        assert Scan.objects.filter(status="pending").count() == 0

    def test_another_body_does_not_make_an_old_id_new(self, post, connection):
        post(push_of(connection), delivery="guid")
        finish()
        assert post(push_of(connection, after="a" * 40), delivery="guid").text.startswith("ignored: this delivery")
        assert Scan.objects.filter(status="pending").count() == 0

    def test_two_webhooks_may_get_the_same_id(self, post, connection, bob):
        other = connect(bob, repository_id=1002)
        assert post(push_of(connection), delivery="guid").text == "queued"
        assert post(push_of(other), delivery="guid", ref=other.ref).text == "queued"


class TestWhileAReadingGoesOn:
    def begin(self, connection) -> Scan:
        """A reading that a worker has begun; it may have seen the newest commit already."""
        lease = {"token": 1, "attempts": 1, "started_at": Now(), "lease_expires_at": Now() + timedelta(minutes=1)}
        return Scan.objects.create(**of(connection), status="running", **lease)

    def end(self, made):
        Scan.objects.filter(pk=made.pk).update(status="succeeded", finished_at=Now())

    def test_a_push_is_read_after_it(self, post, connection):
        running = self.begin(connection)
        assert said(post(push_of(connection))) == (202, "queued")
        polling.poll_scans()
        assert Scan.objects.unfinished().get() == running
        self.end(running)
        polling.poll_scans()
        polling.poll_scans()
        assert Scan.objects.unfinished().get().status == "pending"
        assert Scan.objects.unfinished().get() != running

    def test_what_waits_to_begin_covers_a_push(self, post, connection):
        post(push_of(connection))
        post(push_of(connection, after="b" * 40))
        (waiting,) = Scan.objects.filter(status="pending")
        Scan.objects.filter(pk=waiting.pk).update(started_at=Now())
        self.end(waiting)
        polling.poll_scans()
        assert Scan.objects.unfinished().count() == 0

    def test_an_ignored_push_asks_for_nothing_afterwards(self, post, connection):
        running = self.begin(connection)
        post(push_of(connection, ref="refs/heads/other"))
        self.end(running)
        polling.poll_scans()
        assert Scan.objects.unfinished().count() == 0


class TestRefused:
    @pytest.fixture(autouse=True)
    def nothing_follows(self, connection):
        yield
        assert (Scan.objects.count(), Delivery.objects.count()) == (1, 0)
        assert GitHubConnection.objects.get(pk=connection.pk).pushed_at is None

    @pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=ü", "x" * 5_000])
    def test_a_wrong_signature_is_403(self, post, connection, signature):
        answer = post(push_of(connection), signature=signature)
        assert said(answer) == (403, REFUSED)

    def test_a_signature_of_another_body_is_403(self, post, connection):
        assert post(push_of(connection), signature=signed(b"{}")).status_code == 403

    def test_a_signature_in_the_wrong_case_or_header_is_403(self, post, connection):
        body = json.dumps(push_of(connection)).encode()
        assert post(body, signature=signed(body).upper()).status_code == 403
        assert post(body, signature="", **{"X-Hub-Signature": signed(body)}).status_code == 403

    def test_without_a_secret_there_is_nothing_even_for_its_empty_signature(self, post, connection):
        GitHubConnection.objects.update(webhook_secret_encrypted=b"")
        for secret in ("", "none", SECRET):
            body = json.dumps(push_of(connection)).encode()
            assert said(post(body, signature=signed(body, secret))) == (403, REFUSED)
        assert said(post(b"{}", signature="sha256=")) == (403, REFUSED)

    def test_a_stranger_learned_which_connections_have_a_webhook(self, post, connection):
        assert said(post(push_of(connection), ref="abcdefghij")) == (403, REFUSED)

    def test_a_lost_key_is_refused_and_logged(self, post, connection, settings, caplog):
        settings.PORTAL_KEYS = "other:" + "b3RoZXIga2V5cyBvZiB0aGlydHktdHdvIGJ5dGVzISE="
        assert said(post(push_of(connection))) == (403, REFUSED)
        assert "webhook secret cannot be opened" in caplog.messages

    def test_more_than_a_mebibyte_is_413(self, post):
        assert said(post(b"x" * (webhooks.MOST_BYTES + 1))) == (413, "The body is larger than 1 MiB.")

    @pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'"push"', b"null", b"[" * 100_000, b"9" * 9_000])
    @pytest.mark.parametrize("kind", ["application/json", FORM, "text/plain", "multipart/form-data"])
    def test_a_signed_body_that_is_no_payload_is_400(self, post, body, kind):
        assert post(body, kind=kind).status_code == 400

    @pytest.mark.parametrize("body", [b"payload=", b"payload=[]", b"other={}", b"payload=%FF", b"a=1&" * 5_000])
    def test_a_form_without_a_payload_is_400(self, post, body):
        assert post(body, kind=FORM).status_code == 400

    @pytest.mark.parametrize("header", ["X-GitHub-Event", "X-GitHub-Delivery"])
    @pytest.mark.parametrize("value", ["", "x" * 100, "two words", "a\0b", "<script>"])
    def test_headers_that_github_never_sends_are_400(self, post, connection, header, value):
        assert post(push_of(connection), **{header: value}).status_code == 400

    @pytest.mark.parametrize("method", ["get", "head", "put", "patch", "delete", "options"])
    def test_only_posts_are_answered(self, client, connection, method):
        assert getattr(client, method)(f"/hooks/github/{connection.ref}/").status_code == 405

    def test_an_address_that_is_no_reference_is_404(self, client):
        assert client.post("/hooks/github/..%2f..%2f/").status_code == 404


def test_a_body_of_just_a_mebibyte_is_taken(post, connection):
    body = json.dumps(push_of(connection)).encode()
    assert said(post(body.ljust(webhooks.MOST_BYTES))) == (202, "queued")


@pytest.mark.parametrize("branch", ["\ud800", "x" * 900_000, ["main"], None])
def test_a_branch_that_no_answer_can_quote_was_an_error(post, connection, branch):
    GitHubConnection.objects.update(branch="")
    repository = {"id": connection.repository_id, "default_branch": branch}
    status, text = said(post(push_of(connection, ref="refs/heads/other", repository=repository)))
    assert (status, text[:43], len(text) <= 200) == (202, "ignored: modules come from the branch " + text[38:43], True)


def test_a_publisher_filled_the_database_with_deliveries(post, connection, bob, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_KEPT", 3)
    facts = {"signature": "a", "event": "push"}
    Delivery.objects.create(connection=connect(bob, repository_id=1002), delivery_id="of bob", **facts)
    for number in range(5):
        post(push_of(connection, ref=f"refs/heads/other{number}"), delivery=str(number))
    polling.forget_files()
    left = Delivery.objects.order_by("pk").values_list("delivery_id", flat=True)
    assert list(left) == ["of bob", "2", "3", "4"]


def test_a_removed_connection_is_refused_as_one_that_never_was(post, connection, monkeypatch):
    """Removed after it was found, and before its delivery is noted."""
    real = webhooks.payload_of

    def remove_and_read(body, content_type):
        GitHubConnection.objects.all().delete()
        return real(body, content_type)

    monkeypatch.setattr(webhooks, "payload_of", remove_and_read)
    assert said(post(push_of(connection))) == (403, REFUSED)
