"""What triggers of the apps share: rows that stay as they are, but for named columns, whoever writes and how."""

from collections.abc import Iterable

import pgtrigger

# A migration may change what nobody else may: `manage.py migrate` sets this, and it counts for the tables' owner alone.
UNLESS_MIGRATING = """
    IF current_setting('portal.migrating', true) = 'on'
       AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
"""
EMPTY = """'null', '""', '{}', '[]', '"\\\\x"'"""  # as JSON: no value, and an empty text, object, list and binary


def stays(
    name: str,
    *,
    condition: str = "",
    grows: Iterable[str] = (),
    emptied: Iterable[str] = (),
    set_once: Iterable[str] = (),
    free: Iterable[str] = (),
) -> pgtrigger.Trigger:
    """A trigger that rejects an update of a row for which `condition` (SQL) holds.

    Let through are columns that grow, that become empty, that are set for the first time, and `free` ones. Columns are
    those of the table at the time of the update: one that a later migration adds stays, too.
    """
    unless_free = f"""
               AND fresh.key <> ALL('{_list(free)}')"""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(condition) if condition else None,
        declare=[("changed", "text")],
        func=f"""
            {UNLESS_MIGRATING}
            SELECT string_agg(fresh.key, ', ') INTO changed
              FROM jsonb_each(to_jsonb(NEW)) AS fresh JOIN jsonb_each(to_jsonb(OLD)) AS was USING (key)
             WHERE fresh.value <> was.value
               AND NOT (fresh.key = ANY('{_list(grows)}') AND fresh.value > was.value)
               AND NOT (fresh.key = ANY('{_list(emptied)}') AND fresh.value IN ({EMPTY}))
               AND NOT (fresh.key = ANY('{_list(set_once)}') AND was.value = 'null'){unless_free if free else ""};
            IF changed IS NOT NULL THEN
                RAISE EXCEPTION '% % stays as it is: % changed', TG_TABLE_NAME, OLD.id, changed
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,  # noqa: S608
    )


def never_leaves(
    name: str, operation: pgtrigger.Operation, *, faulty: str, says: str, condition: str = ""
) -> pgtrigger.Trigger:
    """A trigger that rejects, at commit, what leaves rows that break a rule: those that the query `faulty` finds.

    The query has the columns `id` and `found`, which the error names; it says `NEW` for the row that was written.
    Nothing is asked of a row for which `condition` (SQL) does not hold when it is written.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=operation,
        timing=pgtrigger.Deferred,
        condition=pgtrigger.Condition(condition) if condition else None,
        declare=[("fault", "record")],
        func=f"""
            SELECT * INTO fault FROM ({faulty}) AS faulty(id, found) LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION '{says}', fault.id, fault.found USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


def never_deleted(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Protect(name=name, operation=pgtrigger.Delete)


def _list(names: Iterable[str]) -> str:
    return "{" + ",".join(names) + "}"
