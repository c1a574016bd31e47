"""
What the portal's role may do with each table; the role that owns the tables may do all, and no page runs as it.

Every table has a line: a test walks them. A table without one, as after a newer migration, has default rights, those
of WORKED. What depends on the row, as a settled hold, is the matter of triggers.
"""

READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"

GIVEN = (READ,)  # written by migrations alone
APPENDED = (READ, ADD)  # nothing is changed or removed
STORED = (READ, ADD, REMOVE)  # what is there never changes
KEPT = (READ, ADD, CHANGE)  # nothing is removed
WORKED = (READ, ADD, CHANGE, REMOVE)

PORTAL: dict[str, tuple[str, ...]] = {
    "foundation_auditevent": APPENDED,
    "foundation_cache": WORKED,
    "foundation_engine": KEPT,
    "foundation_heartbeat": KEPT,
    "foundation_fault": WORKED,
    "foundation_outboxmessage": KEPT,
    "foundation_removal": GIVEN,
    "accounts_user": KEPT,
    "accounts_user_groups": GIVEN,
    "accounts_user_user_permissions": GIVEN,
    "accounts_platformsettings": KEPT,
    "accounts_githubconnection": WORKED,
    "accounts_accessiblerepository": WORKED,
    "accounts_invitation": KEPT,
    "accounts_apitoken": KEPT,
    "accounts_unsentform": STORED,
    "modules_blob": STORED,
    "modules_archive": STORED,
    "modules_archivefile": STORED,
    "modules_module": KEPT,
    "modules_moduleversion": KEPT,
    "modules_versiontexts": KEPT,
    "modules_alarm": KEPT,
    "modules_share": WORKED,
    "modules_parsedfile": WORKED,
    "modules_scan": WORKED,
    "modules_scannedmodule": WORKED,
    "modules_tag": WORKED,
    "modules_watch": WORKED,
    "modules_delivery": WORKED,
    "modules_publishdraft": WORKED,
    "modules_comparison": WORKED,
    "modules_publication": WORKED,
    "modules_preparedmodule": WORKED,
    "billing_wallet": KEPT,
    "billing_account": KEPT,
    "billing_lot": KEPT,
    "billing_costcentre": APPENDED,
    "billing_transfer": APPENDED,
    "billing_entry": APPENDED,
    "billing_hold": KEPT,
    "billing_holdline": KEPT,
    "billing_allowance": WORKED,
    "billing_granted": KEPT,
    "deployments_deployment": KEPT,
    "deployments_draft": WORKED,
    "deployments_run": KEPT,
    "deployments_runcount": WORKED,
    "deployments_runlog": STORED,
    "deployments_plannedchange": WORKED,
    "deployments_stateversion": WORKED,
    "deployments_stateresource": STORED,
    "deployments_output": STORED,
    "deployments_outputpart": STORED,
    "deployments_asidestate": KEPT,
    "deployments_asidepiece": STORED,
    "deployments_removalnotice": APPENDED,
    "deployments_revocationnotice": APPENDED,
    # Django's and allauth's
    "account_emailaddress": WORKED,
    "account_emailconfirmation": WORKED,
    "mfa_authenticator": WORKED,
    "auth_group": GIVEN,
    "auth_group_permissions": GIVEN,
    "auth_permission": GIVEN,
    "django_admin_log": APPENDED,
    "django_content_type": GIVEN,
    "django_migrations": GIVEN,
    "django_session": WORKED,
}

# What the nightly task removes, as a role of its own that reads everything: see `retention.py` of each app. Of rows
# that stay it may change the named columns alone.
RETENTION: dict[str, tuple[str, ...]] = {
    "foundation_removal": (ADD, CHANGE),
    "foundation_outboxmessage": (REMOVE,),
    "foundation_cache": (REMOVE,),
    "accounts_unsentform": (REMOVE,),
    "django_session": (REMOVE,),
    "modules_delivery": (REMOVE,),
    "modules_scan": (REMOVE,),
    "modules_scannedmodule": (REMOVE,),
    "modules_publication": ("UPDATE (scan_id)", REMOVE),
    "modules_preparedmodule": (REMOVE,),
    "deployments_draft": (REMOVE,),
    "deployments_run": ("UPDATE (plan, process, secret_inputs, secret_names, state_id, emptied_at)",),
    "deployments_runlog": (REMOVE,),
    "deployments_plannedchange": (REMOVE,),
    "deployments_stateversion": (REMOVE,),
    "deployments_stateresource": (REMOVE,),
    "deployments_asidestate": (REMOVE,),
    "deployments_asidepiece": (REMOVE,),
    "deployments_output": (REMOVE,),
    "deployments_outputpart": (REMOVE,),
}
