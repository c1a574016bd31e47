"""Turns rows of the table into requests: URLs of everybody's objects, and valid form data."""

import secrets
from datetime import date

from django.urls import reverse

from billing.models import Wallet
from modules.models import ScannedModule
from modules.registry.offers import address as address_of
from tests.leaks.rows import Row
from tests.leaks.world import World
from tests.people import PASSWORD

# URL arguments for a module, its two versions, and the alarm about the older one.
OF_MODULES = {
    "": lambda module: (module.ref,),
    ":version": lambda module: (module.ref, "2.0.0"),
    ":older": lambda module: (module.ref, "1.0.0"),
    ":alarm": lambda module: (module.ref, module.versions.get(number=1).alarms.get().ref),
    ":terminal": lambda module: address_of(module).split("/"),
    ":download": lambda module: [*address_of(module).split("/"), "2.0.0"],
}
# By `Row.of`: the kind of object that the owner must have, and its URL arguments.
ARGUMENTS = {
    "link": ("link", lambda link: (link.rstrip("/").rpartition("/")[2],)),
    "token": ("apitoken", lambda token: (token.ref,)),
    "hook": ("connection", lambda connection: (connection.ref,)),
    "passkey": ("passkey", lambda passkey: (passkey.pk,)),
    "live": ("live", lambda live: (live.ref,)),
    "ended": ("live", lambda live: (live.ref, 1)),
    "output": ("live", lambda live: (live.ref, "key")),
    "file": ("live", lambda live: (live.ref, "whole")),
    "queued": ("waiting", lambda waiting: (waiting.ref, 1)),
    "publication": ("publication", lambda publication: (publication.ref,)),
    "draft": ("draft", lambda draft: (draft.version.module.ref,)),
    "review": ("draft", lambda draft: (draft.version.module.ref, draft.ref)),
    "aside": ("aside", lambda aside: (aside.deployment.ref, aside.ref)),
    "change": ("change", lambda change: (change.deployment.ref, change.ref)),
} | {
    f"{family}{part}": (family, arguments)
    for family in ("everyone", "named", "exclusive", "removed")
    for part, arguments in OF_MODULES.items()
}
FIXED = {
    "month": lambda: (date.today().strftime("%Y-%m"),),
    "key": lambda: ("abc", "1-2"),
    "confirmation": lambda: ("abc",),
    "invitation": lambda: ("abc",),
    "archive": lambda: ("abc", "greeting-1.0.0"),
    "app": lambda: ("accounts",),
    "site": lambda: (1, 1),
}


def targets(row: Row, world: World) -> list[str]:
    """Owners of the row's kind of object: everybody who has one; "" if the row is about none."""
    if not row.of or row.of in FIXED:
        return [""]
    thing = ARGUMENTS[row.of][0] if row.of in ARGUMENTS else row.of.removeprefix("pk:")
    return [owner for owner, things in world.things.items() if thing in things]


def address(row: Row, world: World, target: str, visitor: str) -> str:
    query = row.query.format(**_words(world, target or visitor))
    if "/" in row.name:  # a pattern without a name: its route
        return "/" + row.name.replace("(?P<url>.*)$", "nothing/").replace("<path:object_id>", _key(row, world, target))
    return reverse(row.name, args=_arguments(row, world, target)) + query


def _arguments(row: Row, world: World, target: str) -> tuple:
    if not row.of:
        return ()
    if row.of in FIXED:
        return FIXED[row.of]()
    if row.of in ARGUMENTS:
        thing, arguments = ARGUMENTS[row.of]
        return arguments(world.things[target][thing])
    return (_key(row, world, target),)


def _key(row: Row, world: World, target: str) -> str:
    return str(world.things[target][row.of.removeprefix("pk:")].pk) if row.of else ""


def _words(world: World, whose: str) -> dict[str, str]:
    """Placeholders of `query`: people, and the visitor's draft and scan."""
    things = world.things.get(whose, {})
    own = {name: things[name].ref if name in things else "none" for name in ("draft", "scan")}
    return {name: person.ref for name, person in world.people.items()} | own


def form(row: Row, world: World, target: str, visitor: str) -> dict:
    """The data of the row's POST: valid for somebody with permission."""
    return FORMS[row.data](world, target or visitor or "alice") if row.data else {}


def _publication(world: World, whose: str) -> dict:
    fresh = _fresh(world, whose).content_hash[:12]
    ticked = {"shown": ["leave fresh"], "modules": ["fresh"]}
    return ticked | {"promise": f'{{"fresh": "new 1.0.0 {fresh}"}}'}


def _fresh(world: World, whose: str) -> ScannedModule:
    scan = world.things.get(whose, {}).get("scan") or world.things["platform"]["scan"]
    return scan.found.get(path="fresh")


def _removal(world: World, whose: str) -> dict:
    connection = world.things.get(whose, {}).get("connection") or world.things["platform"]["connection"]
    return {"confirm": connection.repository_name}


def _credits(world: World, whose: str) -> dict:
    version = Wallet.objects.get(owner=world.people["carol"]).version
    text = {"amount": "1", "source": "goodwill", "reason": "sorry", "paid": ""}
    return text | {"wallet_version": version, "nonce": secrets.token_hex(8)}


def _person(world: World, whose: str) -> dict:
    person = world.people[whose]
    ticked = {name: "on" for name in ("is_partner", "is_staff", "is_active") if getattr(person, name)}
    return {"first_name": "Other", "last_name": "Name"} | ticked


FORMS = {
    "deprecation": lambda world, whose: {"reason": "Old", "link": ""},
    "revocation": lambda world, whose: {"reason": "It leaks", "confirm": "1.0.0"},
    "name": lambda world, whose: {"first_name": "New", "last_name": "Name"},
    "theme": lambda world, whose: {"theme": "dark"},
    "token": lambda world, whose: {"token": "ghp_another"},
    "apitoken": lambda world, whose: {"name": "build server"},
    "repository": lambda world, whose: {"repository": "1001"},
    "removal": _removal,
    "publication": _publication,
    "dismissal": lambda world, whose: {"kind": "commit_gone", "found": "", "seen": 2**40, "reason": "Known"},
    "terms": lambda world, whose: {"path": "fresh", "credit_cost": "5", "audience": "exclusive"},
    "inputs": lambda world, whose: {"name": "another-name", "in-size": "large", "in-password": ""},
    "destruction": lambda world, whose: {"confirm": world.things[whose]["live"].name},
    "credits": _credits,
    "person": _person,
    "settings": lambda world, whose: {
        "private_mode": "",
        "revenue_share": "50",
        "sign_up": "closed",
        "sign_up_domains": "",
        "two_factor": "nobody",
    },
    "invitation": lambda world, whose: {"email": "erin@example.org", "role": "partner"},
    "acceptance": lambda world, whose: {"password1": "Long-enough-1", "password2": "Long-enough-1"},
    "allowance": lambda world, whose: {"partner": world.people["bob"].pk, "amount": "9", "valid_from": "2031-01-01"},
    "sure": lambda world, whose: {"post": "yes"},
    "login": lambda world, whose: {"login": "nobody@example.org", "password": "wrong-password"},
    "signup": lambda world, whose: {
        "email": "bob@example.com",
        "password1": "Long-enough-1",
        "password2": "Long-enough-1",
    },
    "password": lambda world, whose: {"password": PASSWORD},
    "address": lambda world, whose: {"email": "new@example.org", "action_add": ""},
    "change": lambda world, whose: {
        "oldpassword": PASSWORD,
        "password1": "Long-enough-1",
        "password2": "Long-enough-1",
    },
    "reset": lambda world, whose: {"email": "bob@example.com"},
}
