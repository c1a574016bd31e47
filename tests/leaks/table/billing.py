"""The leak table: money. Private Mode opens costs and invoices, never balances, transactions or revenue."""

from tests.leaks.rows import Row
from tests.leaks.table.cells import SIGNED_IN, TITLES

REVENUE = "login 404 200 - 200"
CREDITS = "login 403 403 - 200"
LEDGER = f"money deployment.name@money deployment.waiting@money address@money {TITLES}"
USAGE = f"deployment.name person address {TITLES}"
ROWS = [
    Row("billing:overview", SIGNED_IN, shows=f"{LEDGER} connection", must="money.reason@own"),
    Row("billing:transactions", SIGNED_IN, shows=LEDGER, must="money.reason"),
    Row("billing:transactions", SIGNED_IN, query="?q=mk", shows=LEDGER, must="money.reason"),
    Row("billing:transactions", "login 200 200 - 200", query="?person={carol}", shows=LEDGER),
    Row("billing:transactions-csv", SIGNED_IN, query="?q=mk", shows=LEDGER, must="money.reason"),
    Row("billing:invoices", SIGNED_IN, shows=USAGE),
    Row("billing:statement", SIGNED_IN, of="month", shows=USAGE, must="deployment.name"),
    Row("billing:statement", SIGNED_IN, of="month", query="?person={carol}", shows=USAGE),
    Row("billing:costs", SIGNED_IN, shows=USAGE, must="deployment.name"),
    Row("billing:costs", SIGNED_IN, query="?person={carol}", shows=USAGE),
    Row("billing:revenue", REVENUE, shows="address@revenue publisher.name", must="everyone.title@revenue@partners"),
    Row(
        "billing:revenue", REVENUE, query="?person={bob}", shows="everyone.title@revenue address@revenue publisher.name"
    ),
    Row("billing:credits-add", CREDITS, CREDITS.replace("200", "422"), shows="address person publisher"),
    Row("billing:people", "login 404 404 - 404"),
    *(
        Row("billing:people", f"login 404 404{opened} - 200", query=f"?of={page}&person=example", shows=shows)
        for page, opened, shows in (
            ("transactions", "", "address@money"),
            ("costs", "|200", "address"),
            ("invoices", "|200", "address"),
            ("credits", "", "address"),
        )
    ),
    Row("billing:people", "login 404 404 - 200", query="?of=revenue&person=example", shows="address"),
    Row(
        "billing:credits-add",
        CREDITS,
        CREDITS.replace("200", "302"),
        query="?person={carol}&form=0123456789abcdef",
        data="credits",
        shows="address person publisher",
    ),
]
