"""The leak table: Terraform's registry protocol, which ignores sessions; tokens are tested with the registry."""

from tests.leaks.rows import Row
from tests.leaks.table.catalogue import SEES

REFUSED = "401 401 401 401 401"
GET_ALONE = "405 405 405 405 405"
PUBLIC = [
    Row("modules:registry-discovery", "200 200 200 - 200", GET_ALONE),
    Row("modules:registry-archive", "404 404 404 - 404", GET_ALONE, of="archive"),  # a forged address
]
ADDRESSES = {"versions": "terminal", "latest": "terminal", "download": "download"}
PROTOCOL = [
    Row(f"modules:registry-{what}", REFUSED, GET_ALONE, of=f"{family}:{arguments}")
    for what, arguments in ADDRESSES.items()
    for family in SEES
]
ROWS = [*PUBLIC, *PROTOCOL]
