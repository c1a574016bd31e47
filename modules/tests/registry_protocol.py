"""How the registry is asked in tests, beside the fixtures `ask` and `greeting`."""

from urllib.parse import urlsplit

HOST = "portal.example.com"
BASE = "/registry/modules/v1"
ADDRESS = f"{BASE}/alice/greeting/terraform"


def numbers(answer):
    (module,) = answer.json()["modules"]
    return [version["version"] for version in module["versions"]]


def source_of(answer):
    """The address that Terraform is given, without host: the archive's, and the folder in it."""
    assert answer.status_code == 204
    url = urlsplit(answer["X-Terraform-Get"].encode("latin-1").decode())
    assert (url.scheme, url.netloc) == ("https", HOST)
    path, _, folder = url.path.partition("//")
    return path, folder


def archive(key, name="greeting-1.2.0"):
    """The path of the archive that `key` opens."""
    return f"/registry/archives/{key}/{name}.tar.gz"
