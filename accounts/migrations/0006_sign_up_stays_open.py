from django.conf import settings
from django.db import migrations

TEXT = """Hello,

Everyone who finds this portal can create an account. This is how it was before, so nothing was changed. New portals
start by invitation.

Choose who can create an account here:
{link}

You get this e-mail because you are an admin of this portal. It is sent once.

Partner Portal"""


def stays_open(apps, schema_editor):
    """Installations with people keep their sign-up as it was, and their admins learn that they can choose."""
    User = apps.get_model("accounts", "User")
    if not User.objects.exists():
        return
    apps.get_model("accounts", "PlatformSettings").objects.update_or_create(pk=1, defaults={"sign_up": "open"})
    OutboxMessage = apps.get_model("foundation", "OutboxMessage")
    text = TEXT.format(link=f"{settings.PORTAL_URL}/admin/accounts/platformsettings/1/change/")
    for admin in User.objects.filter(is_staff=True, is_active=True):
        OutboxMessage.objects.get_or_create(
            key=f"sign-up-open:{admin.ref}",
            defaults={"to": admin.email, "subject": "Choose who can create an account", "text": text},
        )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_coming_in"),
        ("foundation", "0006_secret_emails"),
    ]

    operations = [migrations.RunPython(stays_open, migrations.RunPython.noop)]
