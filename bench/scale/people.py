"""10,000 people with one password: alice and bob are partners, carol deploys, admin is the admin."""

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.models import User
from bench.scale.portal import PASSWORD
from bench.scale.rows import insert, run
from bench.scale.size import Size
from billing.models import Account, Wallet

SINCE_MONTHS = 36
FIRST_NAMES = "ARRAY['Ada','Ben','Cleo','Dan','Eva','Finn','Gia','Hugo']"


def fill(size: Size) -> None:
    since = f"date_trunc('month', now()) - interval '{SINCE_MONTHS} months'"
    run("CREATE TEMP TABLE person (place bigint PRIMARY KEY, name text, is_partner boolean, is_staff boolean)")
    run(
        f"""INSERT INTO person SELECT n,
          CASE n WHEN 1 THEN 'alice' WHEN 2 THEN 'bob' WHEN {size.people} THEN 'carol'
            WHEN {size.people + 1} THEN 'admin' ELSE 'person' || lpad(n::text, 5, '0') END,
          n <= {size.partners}, n = {size.people + 1} FROM generate_series(1, {size.people + 1}) n"""
    )
    insert(
        User,
        {
            "id": "place",
            "ref": "pg_temp.ref('p', place)",
            "password": f"'{make_password(PASSWORD)}'",
            "email": "name || '@example.com'",
            "slug": "name",
            "first_name": f"CASE WHEN name LIKE 'person%' THEN ({FIRST_NAMES})[place % 8 + 1] ELSE initcap(name) END",
            "is_partner": "is_partner",
            "partner_since": f"CASE WHEN is_partner THEN {since} END",
            "is_staff": "is_staff",
            "is_superuser": "is_staff",
        },
        "FROM person ORDER BY place",
    )
    insert(
        EmailAddress,
        {"user_id": "id", "email": "email", "verified": "true", "primary": "true"},
        "FROM accounts_user",
    )
    insert(Wallet, {"id": "id", "owner_id": "id", "version": "1"}, "FROM accounts_user ORDER BY id")
    kinds = "(VALUES ('awarded'), ('purchased'), ('revenue')) kinds(kind)"
    insert(Account, {"wallet_id": "w.id", "kind": "kinds.kind"}, f"FROM billing_wallet w CROSS JOIN {kinds}")
