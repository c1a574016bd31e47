"""Lists of the admin find rows by an index, however many there are."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import connection

from foundation import audit
from foundation.models import AuditEvent, OutboxMessage

pytestmark = pytest.mark.django_db
# Not more rows than there are people: all of them are read.
FEW = {
    "accounts.apitoken",
    "accounts.githubconnection",
    "accounts.invitation",
    "account.emailaddress",
    "billing.allowance",
    "mfa.authenticator",
    "deployments.asidestate",
}
LISTS = [site for model, site in admin.site._registry.items() if model is not Group and site.search_fields]
LONG = [site for site in LISTS if site.opts.label_lower not in FEW]


@pytest.fixture
def ask(rf, admin):
    def made(**query):
        request = rf.get("/admin/", query)
        request.user = admin
        return request

    return made


def found(site, request):
    return list(site.get_changelist_instance(request).result_list)


def list_of(model):
    return admin.site._registry[model]


@pytest.mark.parametrize("site", LONG, ids=lambda site: site.opts.label_lower)
def test_a_search_for_what_is_rare_reads_no_table_as_a_whole(site, ask):
    rows, _ = site.get_search_results(ask(), site.get_queryset(ask()), "needle-77777")
    with connection.cursor() as cursor:
        # Small as the tables of a test are, all rows by any index would do; the one of words is read as a bitmap.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        plan = rows.order_by().explain()
    assert "_by_words" in plan
    assert "Seq Scan" not in plan


def test_an_event_is_found_by_parts_of_who_what_and_of_which(ask, alice, bob):
    for person, verb, target in [(alice, "role.given", bob), (bob, "role.given", alice), (bob, "name.changed", bob)]:
        audit.record(verb, by=person, target=target)
    events = list_of(AuditEvent)
    assert [event.by for event in found(events, ask(q=f"ROLE {bob.ref}"))] == ["alice@example.com"]
    assert [event.verb for event in found(events, ask(q="bob@"))] == ["name.changed", "role.given"]
    assert found(events, ask(q="bob@ nothing")) == []


@pytest.mark.parametrize(("text", "number"), [("", 2), ("   ", 2), ("b", 0), ("bo b@", 0), ("bo bob@", 2), ("100%", 0)])
def test_what_is_too_short_for_the_index_finds_nothing_alone(ask, bob, text, number):
    for _ in range(2):
        audit.record("role.given", by=bob, target=bob)
    assert len(found(list_of(AuditEvent), ask(q=text))) == number


def test_mail_is_found_by_who_gets_it_and_what_it_says(ask):
    for number, person in enumerate(["alice", "bob"]):
        OutboxMessage.objects.create(key=f"{number}", to=f"{person}@example.com", subject="Your run succeeded")
    mail = list_of(OutboxMessage)
    assert [message.to for message in found(mail, ask(q="run BOB@example"))] == ["bob@example.com"]
    assert [message.to for message in found(mail, ask(q="succeeded"))] == ["bob@example.com", "alice@example.com"]


def test_the_verbs_to_choose_from_are_read_from_an_index(ask, alice):
    assert audit.verbs() == []
    for verb in ["user.renamed", "grants.run", "user.renamed", "allowance.saved"]:
        audit.record(verb, by=alice, target=alice)
    assert audit.verbs() == ["allowance.saved", "grants.run", "user.renamed"]
    assert [event.verb for event in found(list_of(AuditEvent), ask(verb="grants.run"))] == ["grants.run"]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {audit.VERBS}")
        assert "Seq Scan" not in str(cursor.fetchall())
