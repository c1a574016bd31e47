"""Cases for modules whose outputs return their inputs: what is typed into the form, and Terraform's outputs."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """`asked` are answers to inputs without a default. `typed` and the others change the inputs of the deployment.

    `before` and `after` are all inputs as Terraform returns them, with the defaults and with the changes.
    """

    before: dict
    after: dict
    asked: dict[str, str] = field(default_factory=dict)
    typed: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    switched: dict[str, bool] = field(default_factory=dict)
    added: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)
    paired: dict[str, tuple[str, str]] = field(default_factory=dict)
    nested: list[tuple] = field(default_factory=list)  # see `steps.edit`


GREETING = 'Grüße, "friend" — 100 % ${free} %{of} cost \\o/ 日本'
NOTE = "Zeile\n  <b>${eins}</b>,\tzwei & %{drei}\n\n\"vier\" 'fünf' \\n"

PRIMITIVES = Case(
    asked={"app_name": "shop"},
    before={
        "app_name": "shop",
        "stage": "test",
        "greeting": GREETING,
        "note": 'First line\n  second line, set in\n"third" line\n',
        "subtitle": "",
        "owner": None,
        "instances": 2,
        "budget": 12.75,
        "largest_upload": 9007199254740991,
        "offset": None,
        "https_only": True,
        "maintenance": False,
        "indexed": None,
    },
    typed={
        "app_name": '<b>"shop" & Co</b>',
        "greeting": f" {GREETING} ",
        "note": NOTE,
        "subtitle": "${not.a.reference}",
        "owner": "null",
        "budget": "0.1",
        "largest_upload": "9223372036854775807",
        "offset": "-5.5",
    },
    chosen={"stage": "live", "instances": "5", "indexed": "Yes"},
    switched={"https_only": False, "maintenance": True},
    after={
        "app_name": '<b>"shop" & Co</b>',
        "stage": "live",
        "greeting": f" {GREETING} ",
        "note": NOTE,
        "subtitle": "${not.a.reference}",
        "owner": "null",
        "instances": 5,
        "budget": 0.1,
        "largest_upload": 9223372036854775807,
        "offset": -5.5,
        "https_only": False,
        "maintenance": True,
        "indexed": True,
    },
)

COLLECTIONS = Case(
    before={
        "queues": ["orders", "invoices", "orders-retry"],
        "regions": ["europe"],
        "retry_seconds": [0.5, 2, 30],
        "strict_order": [True, False, False],
        "consumers": ["archive", "billing"],
        "ports": [5672, 15672],
        "labels": {"team": "payments", "cost-centre": "42"},
        "weights": {"orders": 3, "invoices": 1.5},
        "paused": {},
        "routes": {"sale": ["orders", "invoices"]},
        "batches": [[1, 10], [5]],
        "alarm_addresses": None,
    },
    dropped={"queues": "invoices"},
    added={
        "queues": "2024",
        "regions": "asia",
        "retry_seconds": "0.25",
        "strict_order": "true",
        "consumers": 'zoë\'s "desk"',
        "ports": "1",
        "alarm_addresses": "dana@example.com",
    },
    paired={"labels": ("Größe in %", " 1.50 "), "weights": ("2024", "0.1"), "paused": ("orders", "true")},
    nested=[
        *[("press", "Remove Route 1, element 2"), ("press", "Remove Route 1, element 1")],
        *[("press", "Add route to Routes"), ("fill", "Route 2, key", "${x}")],
        *[("press", "Add element to Route 2"), ("fill", "Route 2, element 1", "orders")],
        *[("press", "Remove Batch 1, element 2"), ("fill", "Batch 1, element 1", "0.1")],
        *[("press", "Remove Batch 2, element 1"), ("press", "Add batch to Batches")],
        *[("press", "Add element to Batch 3"), ("fill", "Batch 3, element 1", "2")],
        *[("press", "Add element to Batch 3"), ("fill", "Batch 3, element 2", "1")],
    ],
    after={
        "queues": ["orders", "orders-retry", "2024"],
        "regions": ["europe", "asia"],
        "retry_seconds": [0.5, 2, 30, 0.25],
        "strict_order": [True, False, False, True],
        "consumers": ["archive", "billing", 'zoë\'s "desk"'],
        "ports": [1, 5672, 15672],
        "labels": {"team": "payments", "cost-centre": "42", "Größe in %": " 1.50 "},
        "weights": {"orders": 3, "invoices": 1.5, "2024": 0.1},
        "paused": {"orders": True},
        "routes": {"sale": [], "${x}": ["orders"]},
        "batches": [[0.1], [], [2, 1]],
        "alarm_addresses": ["dana@example.com"],
    },
)

POSITION = {"latitude": 47.5, "longitude": 8.25}
ELSEWHERE = {"latitude": 1.5, "longitude": -2.25}
NURSE = {"role": "nurse", "hours": 38.5, "on_call": False, "languages": ["en"], "phone": None, "rights": {}}
STRUCTURES = Case(
    before={
        "clinic": {"name": "Lakeside", "beds": 12, "public": True},
        "address": {"street": "Quay 1", "city": "Exampleton", "postcode": None, "position": POSITION},
        "staff": [{"name": "Dana"} | NURSE | {"role": "doctor", "languages": ["en", "de"]}, {"name": "Eli"} | NURSE],
        "rooms": {
            "surgery": {"floor": 2, "equipment": ["lamp", "table"], "booking": {"from": "08:00", "to": "16:00"}},
            "ward": {"floor": 1, "equipment": [], "booking": None},
        },
        "version_range": ["records", 4, True],
        "extensions": {"reports": ["daily", "weekly"], "limits": {"rows": 1000, "warn": 0.9}},
        "free_list": ["a", "b"],
        "untyped": None,
        "retention": {"years": 10, "hot": True},
        "successor": None,
    },
    typed={
        "extensions": '[1, "two", null, {"x": []}]',
        "free_list": '["c"]',
        "untyped": '{"k": [true]}',
    },
    nested=[
        *[("fill", "Clinic, name", 'Hill "top"'), ("fill", "Clinic, beds", "0"), ("switch", "Clinic, public", False)],
        *[("fill", "Address, street", "Quay 2"), ("fill", "Address, postcode", "00123")],
        *[("press", "Set Address, position"), ("fill", "Address, position, latitude", "1.5")],
        ("fill", "Address, position, longitude", "-2.25"),
        *[("press", "Remove Staff 1"), ("fill", "Staff 1, name", "Fay"), ("fill", "Staff 1, phone", "+41")],
        *[("press", "Set Staff 1, rights"), ("press", "Add right to Staff 1, rights")],
        *[("fill", "Staff 1, right 1, key", "edit"), ("switch", "Staff 1, right 1", True)],
        *[("press", "Add staff to Staff"), ("fill", "Staff 2, name", "Gus"), ("choose", "Staff 2, on call", "Yes")],
        *[("press", "Set Staff 2, languages"), ("fill", "Staff 2, language 1", "fr")],
        *[("press", "Remove Room 1"), ("fill", "Room 1, key", "1"), ("fill", "Room 1, floor", "-1")],
        *[("fill", "Room 1, equipment 1", "b"), ("fill", "Room 1, equipment 2", "a")],
        ("press", "Clear Room 1, booking"),
        *[("fill", "Version range, element 1", "1"), ("fill", "Version range, element 2", "1.5")],
        ("switch", "Version range, element 3", False),
        *[("fill", "Retention, years", "1"), ("choose", "Retention, hot", "No")],
        *[("press", "Set Successor"), ("fill", "Successor, name", "日本")],
    ],
    after={
        "clinic": {"name": 'Hill "top"', "beds": 0, "public": False},
        "address": {"street": "Quay 2", "city": "Exampleton", "postcode": "00123", "position": ELSEWHERE},
        "staff": [
            {"name": "Fay"} | NURSE | {"phone": "+41", "rights": {"edit": True}},
            {"name": "Gus"} | NURSE | {"on_call": True, "languages": ["fr"]},
        ],
        "rooms": {"1": {"floor": -1, "equipment": ["a", "b"], "booking": None}},
        "version_range": ["1", 1.5, False],
        "extensions": [1, "two", None, {"x": []}],
        "free_list": ["c"],
        "untyped": {"k": [True]},
        "retention": {"years": 1, "hot": False},
        "successor": {"name": "日本"},
    },
)

CASES = {"secure_web_app": PRIMITIVES, "message_bus": COLLECTIONS, "clinic_records": STRUCTURES}
