"""Which pages are measured, and for whom."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DEEP = 30  # pages after the first one


@dataclass(frozen=True)
class Page:
    """A page of a person; `deep` ones are reached by following their link to the next page."""

    person: str
    path: str
    deep: int = 0
    is_fragment: bool = False

    @property
    def name(self) -> str:
        return f"{self.path}{f', page {self.deep + 1}' if self.deep else ''} as {self.person}"


FACTS = {
    "deployment": "SELECT ref FROM deployments_deployment WHERE status = 'live' AND owner_id = "
    "(SELECT id FROM accounts_user WHERE email = 'carol@example.com') ORDER BY id DESC LIMIT 1",
    "large": "SELECT d.ref || '/runs/' || r.number FROM deployments_run r JOIN deployments_deployment d "
    "ON d.id = r.deployment_id WHERE r.id = {large_run}",
    "module": "SELECT ref FROM modules_module WHERE owner_id = "
    "(SELECT id FROM accounts_user WHERE email = 'alice@example.com') ORDER BY id LIMIT 1",
    "path": "SELECT path FROM modules_module WHERE owner_id = "
    "(SELECT id FROM accounts_user WHERE email = 'alice@example.com') ORDER BY id LIMIT 1",
    "busy": "SELECT u.ref FROM accounts_user u WHERE email = 'carol@example.com'",
    "tag": "SELECT coalesce(tags->>0, '') FROM modules_moduleversion ORDER BY id LIMIT 1",
}


def facts(cursor: Any, large_run: int) -> dict[str, str]:
    """What addresses need to know of the world."""
    found = {}
    for name, query in FACTS.items():
        cursor.execute(query.format(large_run=large_run))
        found[name] = cursor.fetchone()[0]
    return found | {"month": f"{date.today().replace(day=1) - timedelta(days=1):%Y-%m}"}


def pages(known: dict[str, str]) -> list[Page]:
    deployment, module = f"/deployments/{known['deployment']}/", f"/modules/{known['module']}/"
    month, busy = known["month"], known["busy"]
    everyone = [
        *("/", "/deploy/", "/deploy/?tab=partner", "/deploy/?q=network&tab=partner", "/deploy/?sort=title&tab=partner"),
        *("/deployments/", "/billing/", "/billing/transactions/", "/billing/invoices/", "/billing/costs/", "/profile/"),
        f"/billing/statements/{month}/",
    ]
    of = {
        "carol": [
            deployment,
            f"/deployments/{known['large']}/",
            "/deployments/?status=failed",
            "/deployments/?q=web-shop",
        ],
        "alice": [
            *("/publish/", "/publish/rows/?show=updates", "/publish/alarms/", "/billing/revenue/", module),
            *(f"{module}versions/1.0.0/", f"/publish/module/?path={known['path']}"),
        ],
        "admin": [
            *("/publish/", "/publish/?for=platform", "/deployments/?status=failed", "/deployments/?status=active"),
            *("/deployments/?q=carol", "/deployments/?q=web-shop-777", "/billing/revenue/", "/billing/credits/"),
            *(f"/billing/credits/?person={busy}&form=measured-by-the-bench", f"/billing/costs/?person={busy}"),
            *(f"/billing/transactions/?person={busy}", f"/billing/statements/{month}/?person={busy}"),
            *("/billing/transactions/?q=ticket+77777", "/billing/transactions/?q=web-shop", deployment),
            *(
                "/admin/",
                "/admin/deployments/run/",
                "/admin/deployments/run/?q=web-shop",
                "/admin/deployments/run/?p=3",
            ),
            *("/admin/deployments/run/?status__exact=failed", "/admin/deployments/deployment/?q=carol"),
            *("/admin/deployments/deployment/", "/admin/accounts/user/", "/admin/accounts/user/?q=person0777"),
            *("/admin/account/emailaddress/", "/admin/foundation/auditevent/", "/admin/billing/allowance/"),
        ],
    }
    shallow = [Page(person, path) for person in ("carol", "alice", "admin") for path in everyone]
    shallow += [Page(person, path) for person, paths in of.items() for path in paths]
    deep = {
        "carol": ["/deployments/", "/billing/transactions/", "/billing/costs/"],
        "alice": ["/deploy/?tab=partner", "/publish/"],
        "admin": ["/deployments/", "/deployments/?status=failed", "/billing/transactions/", "/billing/costs/"],
    }
    return shallow + [Page(person, path, deep=DEEP) for person, paths in deep.items() for path in paths]


TABLES = [("admin", "/billing/transactions.csv"), ("admin", "/deployments/export.csv")]
