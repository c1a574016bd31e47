"""The portal's own settings, with e-mail written to files that `/demo/mail/` shows."""

from pathlib import Path

from partnerportal import env
from partnerportal.settings import *
from partnerportal.settings import INSTALLED_APPS, TEMPLATES

INSTALLED_APPS = ["demo", *INSTALLED_APPS]
ROOT_URLCONF = "demo.urls"
EMAIL_BACKEND = "demo.mailbox.EmailBackend"
TEMPLATES[0]["OPTIONS"]["context_processors"].append("demo.mail.link")
MFA_SUPPORTED_TYPES = []
TWO_FACTOR_OFF = "It is off in this demo, because everyone shares its accounts."
EMAIL_FILE_PATH = Path(env.required("DEMO_MAIL_DIR", "the folder that the demo writes e-mail to"))
