"""The demo's accounts are shared by everyone, so nobody can put a second factor before them."""

import os
import subprocess
import sys

from django.conf import settings

SCRIPT = """
import django
django.setup()
from django.urls import NoReverseMatch, reverse
from django.conf import settings
print(settings.TWO_FACTOR_OFF)
for name in ("mfa_activate_totp", "mfa_add_webauthn", "mfa_login_webauthn"):
    try:
        reverse(name)
    except NoReverseMatch:
        print(name, "is off")
"""


def test_nobody_sets_up_a_second_factor_in_the_demo(tmp_path):
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "demo.settings", "DEMO_MAIL_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.stdout.splitlines() == [
        "It is off in this demo, because everyone shares its accounts.",
        "mfa_activate_totp is off",
        "mfa_add_webauthn is off",
        "mfa_login_webauthn is off",
    ]


def test_the_profile_says_so(client, carol, settings):
    settings.TWO_FACTOR_OFF = "It is off in this demo, because everyone shares its accounts."
    client.force_login(carol)
    page = client.get("/profile/").text
    assert (settings.TWO_FACTOR_OFF in page, "Set up an app" in page) == (True, False)
