import re

from django.conf import settings

from partnerportal.celery import app

APPS = ["accounts", "billing", "deployments", "foundation", "modules", "partnerportal"]
WOKEN = re.compile(r'\bwake[(,]\s*"([\w.]+)"')


def test_every_name_that_is_woken_routed_or_beaten_is_a_task():
    files = [path for app_name in APPS for path in (settings.BASE_DIR / app_name).rglob("*.py")]
    sources = [path.read_text() for path in files if "tests" not in path.parts]
    woken = {name for source in sources for name in WOKEN.findall(source)}
    beaten = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.partition(".")[0] in APPS}
    assert len(woken) == 8
    assert woken | beaten | set(settings.CELERY_TASK_ROUTES) == ours
