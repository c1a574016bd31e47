"""The newest run and the words of each deployment, and the counts of all runs that have ended."""

from django.db import migrations

NEWEST = """
UPDATE deployments_deployment d SET newest_run_id = last.id
  FROM (SELECT deployment_id, max(id) AS id FROM deployments_run GROUP BY deployment_id) last
 WHERE last.deployment_id = d.id
"""
WORDS = "UPDATE deployments_deployment SET words = words"  # a trigger writes them
COUNTS = """
INSERT INTO deployments_runcount (module_id, day, finished, succeeded, others_ended, others_succeeded)
SELECT v.module_id, days.day,
       count(*) FILTER (WHERE r.action <> 'destroy' AND r.status <> 'cancelled'),
       count(*) FILTER (WHERE r.action <> 'destroy' AND r.status = 'succeeded'),
       count(*) FILTER (WHERE m.owner_id IS DISTINCT FROM d.owner_id),
       count(*) FILTER (WHERE m.owner_id IS DISTINCT FROM d.owner_id AND r.status = 'succeeded')
  FROM deployments_run r
  JOIN modules_moduleversion v ON v.id = r.version_id
  JOIN modules_module m ON m.id = v.module_id
  JOIN deployments_deployment d ON d.id = r.deployment_id
 CROSS JOIN LATERAL (VALUES (NULL::date), ((r.created_at AT TIME ZONE 'UTC')::date)) days(day)
 WHERE r.status IN ('succeeded', 'failed', 'cancelled', 'lost')
 GROUP BY v.module_id, days.day
"""


class Migration(migrations.Migration):
    dependencies = [("deployments", "0015_newest_run_and_counts")]
    operations = [
        migrations.RunSQL([NEWEST, WORDS, COUNTS], migrations.RunSQL.noop),
    ]
