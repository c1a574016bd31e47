from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import PlatformSettings
from billing import services
from billing.models import Allowance
from billing.tests.money import centre_of, credits, give, hold_for
from tests.streaming import whole

pytestmark = pytest.mark.django_db
OCTOBER = datetime(2025, 10, 12, 9, 30, tzinfo=UTC)
PAGES = ["overview", "transactions", "invoices", "costs"]


def page(client, user, name, *args, status=200, **query):
    client.force_login(user)
    response = client.get(reverse(f"billing:{name}", args=args), query)
    assert response.status_code == status
    return response


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def charged(user, amount, *, partner=None, module="Postgres Database", name="orders-db", now=None):
    now = now or timezone.now()
    centre = centre_of(user, partner=partner, share=Decimal(70), module=module, name=name)
    hold = hold_for(user, amount, centre=centre, now=now - timedelta(minutes=1))
    return services.capture(hold, now=now)


def private_mode():
    PlatformSettings.objects.update_or_create(pk=1, defaults={"private_mode": True})


@pytest.mark.parametrize("name", [*PAGES, "revenue"])
def test_strangers_are_sent_to_sign_in(client, db, name):
    response = client.get(reverse(f"billing:{name}"))
    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_overview_shows_each_part_of_the_balance(client, carol):
    now = timezone.now()
    give(carol, 200, now=now)
    give(carol, "1060.5", paid=5_000, now=now)
    hold_for(carol, 60, now=now, centre=centre_of(carol, name="team-k8s"))
    charged(carol, 40, now=now)
    response = page(client, carol, "overview")
    assert "1,060.5 Purchased, 100 Awarded and 60 reserved, of 1,220.5 credits" in text_of(response)
    assert "<dt>Available now</dt> <dd>1,160.5</dd>" in text_of(response)
    assert "<dd>team-k8s</dd>" in text_of(response)
    assert [(module["title"], module["used"]) for module in response.context["modules"]] == [
        ("Postgres Database", credits(40))
    ]
    assert response.context["spending"][-1].awarded == credits(40)


def test_overview_of_somebody_without_a_wallet(client, carol):
    text = text_of(page(client, carol, "overview"))
    assert "No transactions yet" in text
    assert "You used no credits in the last 90 days. Ask an admin to add credits." in text


def test_overview_says_what_the_next_month_brings(client, alice):
    Allowance.objects.create(amount=credits(500), valid_from=date(2025, 1, 1))
    assert "<dd>+500</dd>" in text_of(page(client, alice, "overview"))


def test_transactions_show_holds_and_releases_as_words(client, carol):
    give(carol, 100, now=OCTOBER)
    hold = hold_for(carol, 40, now=OCTOBER.replace(hour=10))
    services.release(hold, reason="failed", now=OCTOBER.replace(hour=11))
    services.capture(hold_for(carol, 30, now=OCTOBER.replace(hour=12)), now=OCTOBER.replace(hour=13))
    rows = page(client, carol, "transactions").context["rows"]
    assert [(row.kind.label, row.awarded, row.word, row.balance) for row in rows] == [
        ("Charged", credits(-30), "", credits(70)),
        ("Reserved", credits(30), "reserved", credits(100)),
        ("Returned", credits(40), "returned", credits(100)),
        ("Reserved", credits(40), "reserved", credits(100)),
        ("Award", credits(100), "", credits(100)),
    ]
    assert rows[2].about == "Postgres Database, orders-db, failed"


def test_transactions_are_filtered_by_text_and_days(client, carol):
    give(carol, 100, now=OCTOBER)
    charged(carol, 30, now=OCTOBER.replace(day=14), module="Event Archive", name="archive")
    found = page(client, carol, "transactions", q="event arch").context["rows"]
    assert [row.kind.label for row in found] == ["Charged", "Reserved"]
    on_the_day = page(client, carol, "transactions", **{"from": "2025-10-12", "to": "2025-10-12"})
    assert [row.kind.label for row in on_the_day.context["rows"]] == ["Award"]
    assert "No transaction matches these filters" in text_of(page(client, carol, "transactions", q="nowhere"))


@pytest.mark.parametrize(
    "query",
    [{"from": "yesterday"}, {"from": "2025-11-02", "to": "2025-11-01"}, {"q": "\x00"}, {"to": "99999-01-01"}],
)
def test_filters_that_make_no_sense_are_422_and_kept(client, carol, query):
    response = page(client, carol, "transactions", status=422, **query)
    assert "What you typed is kept." in text_of(response)


@pytest.mark.parametrize(
    ("query", "reason", "kept"),
    [
        (
            {"from": "2026-02-31"},
            "This is no day of the calendar. Enter one like 2026-11-30.",
            'type="text" name="from" value="2026-02-31"',
        ),
        (
            {"from": "2025-11-02", "to": "2025-11-01"},
            "This day is before the first one. Choose a later day.",
            'type="date" name="to" value="2025-11-01"',
        ),
    ],
)
def test_a_filter_says_at_the_day_what_is_wrong_and_keeps_it(client, carol, query, reason, kept):
    give(carol, 1)
    response = page(client, carol, "transactions", status=422, **query)
    text = text_of(response)
    assert f"</svg> {reason}</small>" in text
    assert kept in text
    assert "No transaction matches these filters" not in text
    assert "transactions.csv" not in text


def test_the_last_day_there_is_is_a_day_like_any_other(client, carol):
    give(carol, 1)
    assert len(page(client, carol, "transactions", to="9999-12-31", page="no").context["rows"]) == 1


@pytest.mark.parametrize(
    ("name", "queries"), [("overview", 12), ("transactions", 7), ("invoices", 6), ("costs", 8), ("revenue", 8)]
)
@pytest.mark.parametrize("count", [1, 4])
def test_queries_do_not_grow(client, alice, bob, name, queries, count, django_assert_num_queries):
    """Of a partner who also earns, with every kind of movement among the newest."""
    give(alice, 100, expires_at=timezone.now() + timedelta(days=30))
    give(bob, 100, paid=5_000)
    for number in range(count):
        charged(alice, 1, module=f"Module {number}", name=f"charged-{number}")
        charged(bob, 1, partner=alice, name=f"earning-{number}")
        hold_for(alice, 1, centre=centre_of(alice, name=f"reserved-{number}"), now=timezone.now())
        returned = hold_for(alice, 1, centre=centre_of(alice, name=f"returned-{number}"), now=timezone.now())
        services.release(returned, reason="failed")
    page(client, alice, name)
    with django_assert_num_queries(queries):
        client.get(reverse(f"billing:{name}"))


def test_transactions_are_paged(client, carol):
    for _ in range(28):
        give(carol, 1)
    first = page(client, carol, "transactions").context["page"]
    second = page(client, carol, "transactions", after=first.older).context["page"]
    give(carol, 1)
    back = page(client, carol, "transactions", before=second.newer).context["page"]
    assert (len(first), len(second), [row.ref for row in back]) == (25, 3, [row.ref for row in first])


def test_download_is_one_line_a_movement_and_never_a_formula(client, carol):
    give(carol, 100, now=OCTOBER)
    charged(carol, "30.5", now=OCTOBER.replace(day=14), module='=HYPERLINK("x")', name="a")
    response = page(client, carol, "transactions-csv", q="postgres")
    lines = whole(response).decode().splitlines()
    assert lines[0] == "Date (UTC),Type,For,Reference,Person,Awarded,Purchased,Balance,Note"
    assert lines == lines[:1]
    lines = whole(page(client, carol, "transactions-csv")).decode().splitlines()
    assert len(lines) == 4
    assert lines[1].startswith("""2025-10-14 09:30:00,Charged,"'=HYPERLINK(""x""), a",""")
    assert lines[1].endswith(",carol@example.com,-30.5,0,69.5,")
    assert lines[2].endswith(",carol@example.com,30.5,0,100,reserved")


@pytest.mark.parametrize("module", ["＝HYPERLINK(1)", "  =1", "＠x"])
def test_download_knows_the_formulas_that_every_table_knows(client, carol, module):
    give(carol, 1)
    charged(carol, 1, module=module, name="a")
    lines = whole(page(client, carol, "transactions-csv")).decode()
    assert f',"\'{module}, a",' in lines


def test_statement_of_a_month_counts_that_month_alone(client, carol):
    give(carol, 100, now=OCTOBER.replace(month=9))
    charged(carol, 10, now=datetime(2025, 9, 30, 23, 59, 59, tzinfo=UTC))
    charged(carol, 20, now=OCTOBER, name="docs-site", module="Static Site")
    charged(carol, 5, now=datetime(2025, 11, 1, tzinfo=UTC))
    response = page(client, carol, "statement", "2025-10")
    assert [(row.deployment_name, row.module_title, row.used) for row in response.context["usage"]] == [
        ("docs-site", "Static Site", credits(20))
    ]
    assert response.context["used"] == credits(20)
    statements = page(client, carol, "invoices").context["page"].statements
    assert [(str(row.key.month), row.used) for row in statements][1:] == [
        ("2025-11", credits(5)),
        ("2025-10", credits(20)),
        ("2025-09", credits(10)),
    ]


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "x", "2999-01", "1999-12", "٢٠٢٥-١٠"])
def test_no_statement_of_what_is_no_month(client, carol, month):
    page(client, carol, "statement", month, status=404)


def test_costs_are_credits_for_now(client, carol):
    give(carol, 100, now=OCTOBER)
    charged(carol, 30, now=OCTOBER)
    response = page(client, carol, "costs")
    assert "Shown in credits. Cloud costs are not included." in text_of(response)
    assert [(row.deployment_name, row.this_month_used, row.used) for row in response.context["rows"]] == [
        ("orders-db", 0, credits(30))
    ]


def test_revenue_counts_paid_and_free_deployments_apart(client, bob, carol):
    now = timezone.now()
    give(carol, 10, now=now)
    charged(carol, 10, partner=bob, module="Event Archive", now=now)
    give(carol, 100, paid=5_000, now=now)
    charged(carol, 40, partner=bob, module="Event Archive", now=now)
    charged(carol, 20, partner=bob, module="Telemetry Stack", now=now)
    response = page(client, bob, "revenue")
    rows = response.context["rows"]
    assert [(r["module_title"], r["paid"], r["free"], r["charged"], r["share"]) for r in rows] == [
        ("Event Archive", 1, 1, 2_000, 1_400),
        ("Telemetry Stack", 1, 0, 1_000, 700),
    ]
    assert "Balance due € 21.00" in text_of(response)
    assert "70 %" in text_of(response)


def test_a_user_has_no_revenue_page(client, carol):
    page(client, carol, "revenue", status=404)
    assert "/billing/revenue/" not in text_of(page(client, carol, "overview"))


@pytest.mark.parametrize("month", ["2025-99", "2099-12", "x"])
def test_month_of_revenue_that_makes_no_sense_is_422(client, bob, month):
    response = page(client, bob, "revenue", status=422, month=month)
    assert f'type="text" name="month" value="{month}"' in text_of(response)
    assert 'id="id_month_error"' in response.text


class TestWhoSeesWhat:
    @pytest.fixture(autouse=True)
    def _money(self, alice, bob, carol):
        now = timezone.now()
        give(carol, 100, paid=5_000, now=now)
        charged(carol, 40, partner=bob, module="Event Archive", name="carols-archive", now=now)
        self.month = f"{now:%Y-%m}"

    def sees_use(self, client, user) -> bool:
        statement = "carols-archive" in text_of(page(client, user, "statement", self.month))
        assert statement == ("carols-archive" in text_of(page(client, user, "costs")))
        return statement

    def test_others_see_nothing_of_it(self, client, alice):
        assert not self.sees_use(client, alice)
        assert page(client, alice, "transactions").context["rows"] == []

    def test_private_mode_shows_partners_what_everyone_used_and_nothing_more(self, client, alice, carol):
        private_mode()
        assert self.sees_use(client, alice)
        assert page(client, alice, "transactions").context["rows"] == []
        assert whole(page(client, alice, "transactions-csv")).count(b"\n") == 1
        assert page(client, alice, "revenue").context["rows"] == []
        assert page(client, alice, "statement", self.month).context["revenue"] == []
        assert "€ 50" not in text_of(page(client, alice, "statement", self.month))
        assert page(client, alice, "transactions", person=carol.ref).context["rows"] == []

    def test_a_partner_reads_which_months_of_others_are_listed(self, client, alice, admin):
        words = "Of others, you see the months in which they used credits."
        assert words not in text_of(page(client, alice, "invoices"))
        private_mode()
        assert words in text_of(page(client, alice, "invoices"))
        assert words not in text_of(page(client, admin, "invoices"))

    def test_private_mode_shows_users_only_their_own(self, client, alice, carol):
        private_mode()
        give(alice, 10)
        charged(alice, 5, name="alices-own")
        assert self.sees_use(client, carol)
        assert "alices-own" not in text_of(page(client, carol, "costs"))

    def test_admin_sees_everyone_and_may_choose_one(self, client, admin, alice, carol):
        give(alice, 10)
        assert self.sees_use(client, admin)
        everyone = page(client, admin, "transactions").context["rows"]
        assert {row.person for row in everyone} == {"alice@example.com", "carol@example.com"}
        hers = page(client, admin, "transactions", person=alice.ref).context["rows"]
        assert [(row.person, row.kind.label) for row in hers] == [("alice@example.com", "Award")]
        assert page(client, admin, "revenue").context["rows"][0]["partner_email"] == "bob@example.com"
        page(client, admin, "transactions", status=422, person="nobody")

    def test_admin_chooses_a_partner_and_a_month_of_revenue(self, client, admin, alice, bob):
        assert page(client, admin, "revenue", person=alice.ref).context["rows"] == []
        response = page(client, admin, "revenue", person=bob.ref, month=self.month)
        assert [row["partner_email"] for row in response.context["rows"]] == ["bob@example.com"]
        assert f'type="month" name="month" value="{self.month}"' in text_of(response)
