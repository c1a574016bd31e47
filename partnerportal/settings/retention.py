"""What is removed, and after how many days; 0 keeps it for ever."""

from partnerportal import env

RETENTION_HOUR = env.whole("RETENTION_HOUR", 2)  # UTC, at which a night's pass begins
RETENTION_POLL = env.number("RETENTION_POLL", 60)  # seconds between the steps of a pass, each of some seconds
KEEP_RUN_LOGS_DAYS = env.number("KEEP_RUN_LOGS_DAYS", 400)  # logs and plans; the runs themselves stay
KEEP_RUN_SECRETS_DAYS = env.number("KEEP_RUN_SECRETS_DAYS", 1)  # the run's copy; its deployment keeps its own
KEEP_STATES_DAYS = env.number("KEEP_STATES_DAYS", 400)  # of deployments that have newer ones
KEEP_DRAFTS_DAYS = env.number("KEEP_DRAFTS_DAYS", 7)
KEEP_SCANS_DAYS = env.number("KEEP_SCANS_DAYS", 90)  # but the newest of each connection
KEEP_PUBLICATIONS_DAYS = env.number("KEEP_PUBLICATIONS_DAYS", 30)
KEEP_DELIVERIES_DAYS = env.number("KEEP_DELIVERIES_DAYS", 30)
KEEP_MAIL_DAYS = env.number("KEEP_MAIL_DAYS", 400)
KEEP_SESSIONS_DAYS = env.number("KEEP_SESSIONS_DAYS", 1)  # after they ended
KEEP_UNSENT_FORMS_DAYS = env.number("KEEP_UNSENT_FORMS_DAYS", 14)
KEEP_CACHE_DAYS = env.number("KEEP_CACHE_DAYS", 1)  # after it expired
