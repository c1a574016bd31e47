"""For modules whose outputs give their inputs back: what is typed into the form, and what Terraform then gives out."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """`asked` are answers to inputs without a default. `typed` and the others change the inputs of the deployment.

    `before` and `after` are all inputs as Terraform has them, with the defaults and with the changes.
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
    typed={"routes": '{"sale": [], "${x}": ["orders"]}', "batches": "[[0.1], [], [2, 1]]"},
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
        "clinic": '{ name = "Hill \\"top\\"", beds = 0, public = false }',
        "address": '{"street": "Quay 2", "postcode": "00123", "position": null}',
        "staff": '[{"name": "Fay", "phone": "+41", "rights": {"edit": true}}]',
        "rooms": '{"1": {"floor": -1, "equipment": ["b", "a"]}}',
        "version_range": '["1", 1.5, false]',
        "extensions": '[1, "two", null, {"x": []}]',
        "free_list": '["c"]',
        "untyped": '{"k": [true]}',
        "retention": "{ years = 1, hot = false }",
        "successor": '{"name": "日本"}',
    },
    after={
        "clinic": {"name": 'Hill "top"', "beds": 0, "public": False},
        "address": {"street": "Quay 2", "city": "Exampleton", "postcode": "00123", "position": POSITION},
        "staff": [{"name": "Fay"} | NURSE | {"phone": "+41", "rights": {"edit": True}}],
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
