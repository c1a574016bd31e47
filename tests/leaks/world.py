"""Test data in which everybody owns one object of each kind."""

from dataclasses import dataclass, field

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.models import Group
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import entry_rules, invitations
from accounts.models import ApiToken, Invitation, PlatformSettings, SignUp
from foundation import audit
from foundation.models import Fault, Heartbeat, OutboxMessage, Removal
from tests.fixtures.live import owning
from tests.leaks import catalogue, work
from tests.leaks.markers import mark
from tests.people import make_admin, make_partner, make_person


@dataclass
class World:
    """People by name, and the objects of each (or of "platform"): `things["alice"]["live"]`."""

    people: dict = field(default_factory=dict)
    things: dict[str, dict] = field(default_factory=dict)

    def browser_of(self, name: str) -> Client:
        """A client signed in as this person, with a password entered just now; for "" signed out."""
        browser = Client(raise_request_exception=False)
        if name:
            browser.force_login(self.people[name])
            request = RequestFactory().get("/")
            request.session = browser.session
            record_authentication(request, self.people[name], method="password")
            request.session.save()
        return browser


def build() -> World:
    world = World()
    bank = make_admin("bank")
    alice, bob = (_named(make_partner(name), "publisher") for name in ("alice", "bob"))
    carol, admin = _named(make_person("carol"), "person"), _named(make_admin(), "person")
    world.people = {"alice": alice, "bob": bob, "carol": carol, "admin": admin}
    world.things = {name: {"user": person} for name, person in world.people.items()} | {"platform": {}}
    for owner, name in ((alice, "alice"), (bob, "bob"), (None, "platform")):
        _publish(world.things[name], owner, carol=carol, by=owner or admin)
    for person in world.people.values():
        work.give_credits(person, by=bank)
    _deploy(world)
    _rest(world)
    return world


def _rest(world: World) -> None:
    """Other rows that Django's admin shows."""
    with owning():
        removal = Removal.objects.create(name="scans", begun_at=timezone.now())
        world.things["platform"] |= {"removal": removal, "group": Group.objects.create(name="helpers")}
    world.things["platform"]["heartbeat"] = Heartbeat.objects.create(name="grants", at=timezone.now())
    world.things["platform"]["fault"] = Fault.objects.create(kind="key", subject="k0", seen_at=timezone.now())
    world.things["platform"]["settings"] = PlatformSettings.load()
    entry_rules.set_sign_up(SignUp.OPEN, by=None)
    for name, person in world.people.items():
        things = world.things[name]
        things["address"] = person.emailaddress_set.get()
        things["apitoken"] = ApiToken.objects.create(
            owner=person, name=mark(person, "apitoken", "name"), digest=mark(person, "secret", "digest")
        )
        things["app"] = _factor(person, "totp", {"secret": encrypt(mark(person, "secret", "totp"))})
        seed = encrypt(mark(person, "secret", "seed"))
        things["codes"] = _factor(person, "recovery_codes", {"seed": seed, "used_mask": 0, "viewed_at": 1})
        guest = f"guest-of-{name}@example.org"
        things["invitation"], things["link"] = invitations.create(
            guest, role=Invitation.Role.USER, by=world.people["admin"]
        )
        things["failed"] = things["live"].runs.get(number=2)
        words = {"subject": mark(person, "audit", "subject"), "text": mark(person, "audit", "text")}
        things["message"] = OutboxMessage.objects.create(key=f"hello:{name}", to=person.email, **words)


def _factor(person, kind: str, data: dict) -> Authenticator:
    return Authenticator.objects.create(user=person, type=kind, data=data)


def _named(person, family: str):
    person.first_name, person.last_name = mark(person, family, "name"), mark(person, "person", "last")
    person.save(update_fields=["first_name", "last_name"])
    return person


def _publish(things: dict, owner, *, carol, by) -> None:
    connection = catalogue.make_connection(owner)
    things["connection"] = connection
    things["scan"] = catalogue.make_scan(connection)
    things |= catalogue.make_modules(owner, names=[carol], by=by)
    if owner:
        things["publication"] = catalogue.make_publication(things["scan"], by=by)
        things["allowance"] = work.make_allowance(owner, by=None)


def _deploy(world: World) -> None:
    """Partners deploy the platform's and their own modules, carol alice's, admin bob's: both partners earn."""
    offers = {"alice": ("platform", "alice"), "bob": ("platform", "bob")}
    offers |= {"carol": ("alice", "platform"), "admin": ("bob", "platform")}
    for name, (paid, waiting) in offers.items():
        person, things = world.people[name], world.things[name]
        things["live"] = work.make_live(person, world.things[paid]["everyone"].current_version)
        things["aside"] = work.make_aside(things["live"])
        things["waiting"] = work.make_waiting(person, world.things[waiting]["everyone"].current_version)
        things["draft"] = work.make_draft(person, world.things["platform"]["everyone"].current_version)
        things["change"] = work.make_draft(person, things["live"].version, things["live"])
        note = mark(person, "audit", "detail")
        things["audit"] = audit.record("deployment.noted", by=person, target=things["live"], note=note)
