"""Webhooks of the local GitHub, delivered to a receiver that records them."""

import hashlib
import hmac
import json

import pytest

from demo.local_github.http import Answer, Server
from demo.tests.asking import ask

NAME = "alice-example/hooked"
SECRET = "hush"


class Receiver:
    def __init__(self):
        self.requests, self.status = [], 202
        self.server = Server("127.0.0.1", 0, self.answer)
        self.url = f"{self.server.url}/hooks/github/abc/"

    def answer(self, request):
        self.requests.append(request)
        return Answer(self.status, b"{}")

    @property
    def payloads(self):
        return [json.loads(request.body) for request in self.requests]


@pytest.fixture
def receiver():
    receiver = Receiver()
    receiver.server.start()
    yield receiver
    receiver.server.stop()


@pytest.fixture
def hooked(github, receiver):
    """A repository whose webhook was pinged."""
    github.add_repository(NAME, {"a/main.tf": ""})
    github.add_webhook(NAME, receiver.url, SECRET)
    github.settle()
    return github


def events(receiver):
    return [request.headers["x-github-event"] for request in receiver.requests]


def test_new_webhook_is_pinged(hooked, receiver):
    assert events(receiver) == ["ping"]
    (payload,) = receiver.payloads
    assert (payload["hook"]["config"]["url"], payload["repository"]["full_name"]) == (receiver.url, NAME)
    assert SECRET not in json.dumps(payload)


def test_commit_is_told_with_githubs_headers_and_signature(hooked, receiver):
    before = hooked.head(NAME)
    after = hooked.commit(NAME, {"b/main.tf": ""}, message="Add b")
    hooked.settle()
    request, payload = receiver.requests[-1], receiver.payloads[-1]
    assert (payload["ref"], payload["before"], payload["after"]) == ("refs/heads/main", before, after)
    assert (payload["created"], payload["deleted"], payload["forced"]) == (False, False, False)
    assert payload["repository"]["id"] == hooked.world.find(NAME).id
    assert [row["message"] for row in payload["commits"]] == ["Add b"]
    assert request.headers["user-agent"].startswith("GitHub-Hookshot/")
    assert request.headers["x-github-hook-id"] == str(next(iter(hooked.world.hooks)))
    signature = hmac.new(SECRET.encode(), request.body, hashlib.sha256).hexdigest()
    assert request.headers["x-hub-signature-256"] == f"sha256={signature}"
    assert len({request.headers["x-github-delivery"] for request in receiver.requests}) == 2


def test_tags_and_branches_are_told_from_birth_to_deletion(hooked, receiver):
    first = hooked.head(NAME)
    hooked.add_tag(NAME, "v1.0.0")
    second = hooked.commit(NAME, {"b/main.tf": ""}, branch="next")
    hooked.add_tag(NAME, "v1.0.0", "next")
    hooked.delete_tag(NAME, "v1.0.0")
    hooked.delete_branch(NAME, "next")
    hooked.settle()
    told = {(row["ref"], row["before"][:7], row["after"][:7], row["forced"]) for row in receiver.payloads[1:]}
    assert told == {
        ("refs/tags/v1.0.0", "0000000", first[:7], False),
        ("refs/heads/next", "0000000", second[:7], False),
        ("refs/tags/v1.0.0", first[:7], second[:7], False),
        ("refs/tags/v1.0.0", second[:7], "0000000", False),
        ("refs/heads/next", second[:7], "0000000", False),
    }


def test_force_push_is_told_as_forced(hooked, receiver):
    first = hooked.head(NAME)
    second = hooked.commit(NAME, {"b/main.tf": ""})
    hooked.settle()
    hooked.force_push(NAME, to=first)
    hooked.settle()
    rewritten = hooked.commit(NAME, {"c/main.tf": ""}, parent="")
    hooked.settle()
    forced = [(row["before"], row["after"]) for row in receiver.payloads if row.get("forced")]
    assert forced == [(second, first), (first, rewritten)]


def test_what_moves_nothing_is_not_told(hooked, receiver):
    hooked.force_push(NAME, to="main")
    hooked.settle()
    assert events(receiver) == ["ping"]


def test_redelivery_has_the_same_guid_payload_and_signature(hooked, receiver):
    hooked.commit(NAME, {"b/main.tf": ""})
    hooked.settle()
    again = hooked.redeliver(hooked.deliveries()[-1].id)
    hooked.settle()
    first, second = receiver.requests[1:]
    for name in ("x-github-delivery", "x-hub-signature-256"):
        assert first.headers[name] == second.headers[name]
    assert (first.body, again.redelivery) == (second.body, True)


def test_answers_of_the_receiver_are_kept(hooked, receiver):
    receiver.status = 401
    hooked.commit(NAME, {"b/main.tf": ""})
    hooked.settle()
    receiver.server.stop()
    hooked.commit(NAME, {"c/main.tf": ""})
    hooked.settle()
    rows = [(row.event, row.status, row.status_code) for row in hooked.deliveries()]
    assert rows == [("ping", "Accepted", 202), ("push", "Unauthorized", 401), ("push", "failed to connect to host", 0)]


def test_other_programs_add_webhooks_and_read_deliveries(github, receiver):
    github.add_repository(NAME, {"a/main.tf": ""})

    def control(**order):
        body = json.dumps(order).encode()
        answer = ask(github.url, "/_control", method="POST", body=body, token=None, Content_Type="application/json")
        return answer.json["result"]

    hook = control(do="add_webhook", full_name=NAME, url=receiver.url, secret=SECRET)
    control(do="settle")
    (row,) = control(do="deliveries")
    assert (row["hook_id"], row["event"], row["status_code"]) == (hook["id"], "ping", 202)
    assert control(do="redeliver", id=row["id"])["guid"] == row["guid"]


def test_webhook_added_again_is_one_with_the_new_secret(hooked, receiver, github):
    again = github.add_webhook(NAME, receiver.url, "another secret")
    assert [hook.secret for hook in github.world.hooks.values()] == ["another secret"]
    assert again.id in github.world.hooks


def test_webhook_lives_as_long_as_the_world(hooked, receiver):
    hooked.reset()
    hooked.add_repository(NAME, {"a/main.tf": ""})
    hooked.commit(NAME, {"b/main.tf": ""})
    hooked.settle()
    assert (hooked.world.hooks, events(receiver)) == ({}, ["ping"])


def test_address_of_another_kind_is_refused(github):
    github.add_repository(NAME, {"a/main.tf": ""})
    with pytest.raises(ValueError, match="no address"):
        github.add_webhook(NAME, "ftp://example.com", SECRET)
