import re

from django.conf import settings

from partnerportal import periodic
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
    assert len(woken) == 7
    assert woken | beaten == ours


def test_every_task_has_one_queue_and_none_is_forgotten():
    app.loader.import_default_modules()
    ours = sorted(name for name in app.tasks if name.partition(".")[0] in APPS)
    assert sorted(name for tasks in settings.TASKS.values() for name in tasks) == ours


def test_a_process_that_works_for_people_is_ended_by_a_limit_of_time():
    app.loader.import_default_modules()
    limits = {name: app.tasks[name].time_limit for name in settings.TASKS[settings.QUEUE_WORK]}
    assert limits == dict.fromkeys(settings.TASKS[settings.QUEUE_WORK], 900)
    assert max(settings.SCAN_TIMEOUT, settings.PUBLISH_TIMEOUT) < settings.WORK_TIMEOUT


def test_every_periodic_task_has_words():
    assert periodic.TITLES.keys() == periodic.intervals().keys()
