"""The leak table: versions of modules, and their publishers' actions."""

from tests.leaks.rows import Row
from tests.leaks.table.catalogue import SEES

# Deployers of a version are named to its publisher and to admins; only admins see everybody's money.
SHOWN = "{0}@target hidden@target publisher@target person.name@money publisher.name@money"
MUST = "{0}.title@target {0}.variable@target {0}.provider@target {0}.resource@target"
ITS_OWN = {"version": "{0}.readme@target hidden.commit@target", "older": "{0}.oldreadme@target {0}.warning@target"}
OTHERS = {"version": "?with=1.0.0", "older": "?with=2.0.0"}
DEEDS = {"current": "", "deprecate": "deprecation", "undeprecate": "", "revoke": "revocation", "unrevoke": ""}


def _publishers(seen: str) -> str:
    """Statuses of POSTs about a module, from the statuses `seen` of its page."""
    anonymous, user, partner, *_ = seen.split()
    return f"{anonymous} {user.replace('200', '403')} {partner.replace('200', '403')} 302 302"


PAGES = [
    Row(
        "modules:version",
        seen,
        of=f"{family}:{which}",
        query=query,
        shows=SHOWN.format(family),
        must=f"{MUST} {own}".format(family),
        reveals="person.name publisher.name",
    )
    for family, seen in SEES.items()
    for which, own in ITS_OWN.items()
    for query in ("", OTHERS[which])
]
VERDICTS = [
    Row(f"modules:version-{deed}", post=_publishers(seen), of=f"{family}:older", data=data)
    for family, seen in SEES.items()
    for deed, data in DEEDS.items()
]
ALARMS = [Row("modules:alarm-dismiss", post=_publishers(seen), of=f"{family}:alarm") for family, seen in SEES.items()]
OLD_ADDRESSES = [
    Row("modules:module", seen.replace("200", "302"), of=family, query="?version=1") for family, seen in SEES.items()
]
ROWS = [*PAGES, *VERDICTS, *ALARMS, *OLD_ADDRESSES]
