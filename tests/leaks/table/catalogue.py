"""The leak table: the catalogue, from publishing to the form of a deployment."""

from tests.leaks.rows import Row
from tests.leaks.table.cells import OWNER_ALONE, PARTNERS, PLATFORM, POSTED, SIGNED_IN

# What the publisher's pages show: the connection's repository, the scan, and modules published from it.
PUBLISHED = "connection@own scan@own everyone@own named@own exclusive@own removed@own hidden@own publisher"
PUBLISH = [
    Row(
        "modules:publish",
        PARTNERS,
        post="login 403 302 - 302",
        data="publication",
        shows=PUBLISHED,
        must="scan.finding@own scan.fresh@own exclusive.title@own",
    ),
    Row("modules:publish", PLATFORM, "login 403 403 - 302", query="?for=platform", data="publication", shows=PUBLISHED),
    Row(
        "modules:publish",
        "login 403 200 - 403",
        "login 403 302 - 403",
        query="?for=mine",
        data="publication",
        shows=PUBLISHED,
    ),
    Row("modules:draft-save", post="login 403 302 - 302", data="publication"),
    Row("modules:draft-save", post="login 403 403 - 302", query="?for=platform", data="publication"),
    Row("modules:draft-reset", post="login 403 302 - 302"),
    Row("modules:publish-rows", PARTNERS, shows=PUBLISHED, must="scan.fresh@own"),
    Row("modules:publish-row", PARTNERS, query="?path=fresh", shows=PUBLISHED),
    Row("modules:publish-row", PLATFORM, query="?path=fresh&for=platform", shows=PUBLISHED),
    Row("modules:publication-status", "login 403 404 200 404", of="publication", must="scan.problem@target"),
    Row("modules:publication-cancel", post="login 403 404 302 404", of="publication"),
    Row("modules:alarm-list", PARTNERS, post="login 403 302 - 302", data="dismissal", shows=PUBLISHED),
    Row(
        "modules:alarm-list", PLATFORM, "login 403 403 - 302", query="?for=platform", data="dismissal", shows=PUBLISHED
    ),
    Row("modules:scan-start", post="login 403 302 - 302"),
    Row("modules:scan-start", post="login 403 403 - 302", query="?for=platform"),
    Row("modules:scan-status", PARTNERS, shows=PUBLISHED, must="scan.commit@own"),
]
FOLDERS = [
    Row("modules:publish-module", PARTNERS, query="?path=fresh", shows=PUBLISHED, must="scan.fresh@own"),
    Row("modules:publish-module", PLATFORM, query="?path=fresh&for=platform", shows=PUBLISHED, must="scan.fresh@own"),
    Row("modules:publish-module", "login 403 200 - 404", query="?path=exclusive", must="exclusive.title@own"),
    Row("modules:publish-terms", post="login 403 302 - 302", data="terms"),
    Row("modules:publish-terms", post="login 403 403 - 302", query="?for=platform", data="terms"),
    Row(
        "deployments:form-trial",
        PARTNERS,
        PARTNERS,
        query="?path=fresh",
        data="inputs",
        shows="scan@own",
        must="scan.variable@own scan.commit@own",
    ),
    Row(
        "deployments:form-trial",
        PLATFORM,
        PLATFORM,
        query="?path=fresh&for=platform",
        data="inputs",
        shows="scan@own",
    ),
]
NOTED = "accounts_githubconnection foundation_outboxmessage"  # publishers are told of refused deliveries
UNSIGNED = "403 403 403 403 403"
HOOKS = [Row("modules:github-hook", "405 405 405 405 405", UNSIGNED, of="hook", notes=NOTED)]

SEES = {  # who sees a module, by audience; those for named people are shared with carol, the user
    "everyone": "login 200 200 200 200",
    "named": "login 200 404|200 200 200",
    "exclusive": "login 404|200 404|200 200 200",
    "removed": "login 404 404 200 200",
}
DEPLOYS = SEES | {"removed": "login 404 404 404 404"}
MODULES = [
    Row(
        "modules:module",
        seen,
        of=family,
        shows=f"{family}@target hidden@target publisher@target address@target",
        must=f"{family}.title@target {family}.readme@target {family}.variable@target",
    )
    for family, seen in SEES.items()
]
REMOVED = {  # visible to them but not allowed: 403
    "everyone": "login 403 403 302 302",
    "named": "login 403 404|403 302 302",
    "exclusive": "login 404|403 404|403 302 302",
    "removed": "login 404 404 302 302",
}
REMOVALS = [Row("modules:module-remove", post=seen, of=family) for family, seen in REMOVED.items()]
FORMS = [
    Row(
        "deployments:deployment-create",
        seen,
        post=seen.replace("200", "302"),
        of=family,
        data="inputs",
        shows=f"{family}@target hidden@target publisher@target",
        must=f"{family}.title@target {family}.variable@target",
    )
    for family, seen in DEPLOYS.items()
]
DEPLOY = [
    Row("deployments:deploy", SIGNED_IN, shows="everyone publisher", must="everyone.title@platform"),
    Row(
        "deployments:deploy",
        SIGNED_IN,
        query="?tab=partner&q=mk",
        shows="everyone named exclusive publisher",
        must="everyone.title@partners named.title@partners exclusive.title@partners",
    ),
    Row(
        "deployments:deployment-create",
        SIGNED_IN.replace("-", "200"),
        post=POSTED.replace("-", "302"),
        of="draft",
        query="?draft={draft}",
        data="inputs",
        shows="draft.name@own draft.input@own everyone hidden@platform",
    ),
    Row(
        "deployments:draft-review",
        OWNER_ALONE,
        OWNER_ALONE.replace("200", "302"),
        of="review",
        must="draft@target",
        shows="everyone.title everyone.provider publisher",
    ),
]

ROWS = [*PUBLISH, *FOLDERS, *REMOVALS, *HOOKS, *MODULES, *FORMS, *DEPLOY]
