"""The leak table: deployments and their runs. Private Mode opens them to partners, read only."""

from tests.leaks.rows import Row
from tests.leaks.table.cells import SIGNED_IN, TITLES

SEEN = "login 404 404|200 200 200"
CHANGED = "login 404 404|403 302 302"
FORM = "login 404 404|403 200 200"
# Drafts of updates belong to whoever filled them in; an admin has separate ones.
FILLED = "login 404 404|403 200 404"

PAGE = f"deployment@target person@target address {TITLES} everyone.output everyone.warning"
LIST = f"deployment.name deployment.waiting person address {TITLES}"
ROWS = [
    Row("deployments:deployment-list", SIGNED_IN, shows=LIST, must="deployment.name deployment.waiting"),
    Row("deployments:deployment-list", SIGNED_IN, query="?q=mk", shows=LIST, must="deployment.name"),
    Row("deployments:deployment-list", SIGNED_IN, query="?whose=mine", shows=LIST, must="deployment.name@own"),
    Row("deployments:deployment-export", SIGNED_IN, shows=LIST, must="deployment.name deployment.waiting"),
    Row("deployments:deployment-export", SIGNED_IN, query="?q=mk", shows=LIST, must="deployment.name"),
    Row(
        "deployments:deployment",
        SEEN,
        of="live",
        shows=PAGE,
        must="deployment.name@target deployment.input@target deployment.output@target deployment.error@target",
    ),
    Row("deployments:run", SEEN, of="ended", shows=PAGE, must="deployment.log@target deployment.plan@target"),
    Row("deployments:run-status", SEEN, of="ended", shows=PAGE, must="deployment.plan@target"),
    Row("deployments:run-log", SEEN, of="ended", must="deployment.log@target"),
    Row("deployments:run-log", SEEN, of="ended", query="?after=0", must="deployment.log@target"),
    Row("deployments:run-log-text", SEEN, of="ended", must="deployment.log@target"),
    Row("deployments:run-start", post=CHANGED, of="live", shows=PAGE),
    Row("deployments:run-cancel", post=CHANGED, of="queued", shows=PAGE),
    Row("deployments:deployment-destroy", post=CHANGED, of="live", data="destruction", shows=PAGE),
    Row(
        "deployments:deployment-update",
        FORM,
        CHANGED,
        of="live",
        data="inputs",
        shows="deployment.name@target everyone hidden@everyone publisher person@target",
        must="deployment.input@target",
    ),
    Row(
        "deployments:update-review",
        FILLED,
        FILLED.replace("200", "302"),
        of="change",
        shows=f"deployment.name@target deployment.input@target {TITLES} everyone.variable everyone.warning",
        must="draft.input@target",
    ),
    Row("deployments:output-file", "login 404 404|200 200 200", of="file", must="deployment.output@target"),
    Row(
        "deployments:output-reveal",
        post="login 404 404|403 200 403",
        of="output",
        shows=PAGE,
        reveals="secret.output@target",
    ),
    Row("deployments:aside-download", post="login 404 404|403 200 403", of="aside", reveals="secret.aside@target"),
    Row("deployments:aside-accept", post="login 404 404 - 302", of="aside"),
    Row("deployments:aside-dismiss", post="login 404 404 - 302", of="aside"),
]
