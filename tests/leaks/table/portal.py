"""The leak table: start page and profile."""

from tests.leaks.rows import NO_POST, Row
from tests.leaks.table.cells import OWNER_ALONE, PARTNERS, PLATFORM, POSTED, SIGNED_IN, TITLES

PORTAL = [
    Row(
        "start",
        SIGNED_IN,
        post=NO_POST,
        shows=f"deployment@own deployment.name exclusive@own named@own removed@own hidden@own {TITLES}",
        must="connection.repository@own",
    ),
    Row("livez", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("readyz", "200 200 200 - 200", post="405 405 405 - 405"),
    Row("healthz", "503 503 503 - 503", post="405 405 405 - 405"),
    Row("styleguide", "200 200 200 - 200", post="405 405 405 - 405"),
]

CARDS = "connection apitoken@own"
PROFILE = [
    Row("accounts:profile", SIGNED_IN, shows=CARDS, must="connection.login@own address@own apitoken.name@own"),
    Row("accounts:profile", "login 200 403 - 200", query="?for=platform", shows=CARDS),
    Row("accounts:api-token-create", post=POSTED, data="apitoken", shows=CARDS),
    Row("accounts:api-token-revoke", post=OWNER_ALONE.replace("200", "302"), of="token"),
    Row("accounts:name-save", post=POSTED, data="name"),
    Row("accounts:theme-save", post=POSTED, data="theme"),
    Row("accounts:token-save", post="login 403 422 - 422", data="token", shows=CARDS),
    Row("accounts:token-save", post="login 403 403 - 422", query="?for=platform", data="token", shows=CARDS),
    Row("accounts:repository-save", post="login 403 422 - 422", data="repository", shows=CARDS),
    Row("accounts:repository-search", PARTNERS, query="?q=mk", must="connection.listed@own"),
    Row("accounts:repository-search", PLATFORM, query="?q=mk&for=platform", must="connection.listed@own"),
    Row("accounts:repository-refresh", post="login 403 302 - 302"),
    Row("accounts:repository-status", PARTNERS, shows="connection", must="connection.listed@own"),
    Row("accounts:webhook-save", post="login 403 302 - 302", shows=CARDS),
    Row("accounts:webhook-save", post="login 403 403 - 302", query="?for=platform", shows=CARDS),
    Row("accounts:connection-remove", post="login 403 302 - 302", data="removal"),
    Row("accounts:connection-remove", post="login 403 403 - 302", query="?for=platform", data="removal"),
]

ROWS = [*PORTAL, *PROFILE]
