"""The leak table: start page and profile."""

from tests.leaks.rows import NO_POST, Row
from tests.leaks.table.cells import PARTNERS, PLATFORM, POSTED, SIGNED_IN, TITLES

PORTAL = [
    Row("start", SIGNED_IN, post=NO_POST, shows=f"deployment@own connection.problem {TITLES}"),
    Row("healthz", "503 503 503 - 503", post="405 405 405 - 405"),
    Row("styleguide", "200 200 200 - 200", post="405 405 405 - 405"),
]

PROFILE = [
    Row("accounts:profile", SIGNED_IN, shows="connection", must="connection.login@own address@own"),
    Row("accounts:profile", "login 200 403 - 200", query="?for=platform", shows="connection"),
    Row("accounts:name-save", post=POSTED, data="name"),
    Row("accounts:theme-save", post=POSTED, data="theme"),
    Row("accounts:token-save", post="login 403 422 - 422", data="token", shows="connection"),
    Row("accounts:token-save", post="login 403 403 - 422", query="?for=platform", data="token", shows="connection"),
    Row("accounts:repository-save", post="login 403 422 - 422", data="repository", shows="connection"),
    Row("accounts:repository-search", PARTNERS, query="?q=mk", must="connection.listed@own"),
    Row("accounts:repository-search", PLATFORM, query="?q=mk&for=platform", must="connection.listed@own"),
    Row("accounts:repository-refresh", post="login 403 302 - 302"),
    Row("accounts:repository-status", PARTNERS, shows="connection", must="connection.listed@own"),
    Row("accounts:webhook-save", post="login 403 200 - 200", shows="connection"),
    Row("accounts:webhook-save", post="login 403 403 - 200", query="?for=platform", shows="connection"),
    Row("accounts:connection-remove", post="login 403 302 - 302", data="removal"),
    Row("accounts:connection-remove", post="login 403 403 - 302", query="?for=platform", data="removal"),
]

ROWS = [*PORTAL, *PROFILE]
