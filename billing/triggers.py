"""Database triggers that protect the ledger, whoever writes to it and how. Migrations install them."""

import pgtrigger

from foundation import triggers

FINANCIAL = "('revenue', 'payouts')"  # kinds of accounts in money; the others are in credits


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that reject update, delete and truncate."""
    return [
        pgtrigger.Protect(name=f"{name}_is_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        pgtrigger.Trigger(
            name=f"{name}_is_never_truncated",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
        ),
    ]


def _balanced(name: str, transfer_id: str) -> pgtrigger.Trigger:
    """A trigger that rejects, at commit, a transfer with one line, or whose credits or money do not sum to zero."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("lines", "bigint"), ("credits", "numeric"), ("money", "numeric")],
        func=f"""
            SELECT count(*), coalesce(sum(e.amount) FILTER (WHERE a.kind NOT IN {FINANCIAL}), 0),
                   coalesce(sum(e.amount) FILTER (WHERE a.kind IN {FINANCIAL}), 0)
              INTO lines, credits, money
              FROM billing_entry e JOIN billing_account a ON a.id = e.account_id
             WHERE e.transfer_id = NEW.{transfer_id};
            IF lines < 2 OR credits <> 0 OR money <> 0 THEN
                RAISE EXCEPTION 'transfer % is not balanced: % lines, credits %, money %',
                    NEW.{transfer_id}, lines, credits, money USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


TRANSFER = [
    *append_only("transfer"),
    pgtrigger.Trigger(
        name="transfer_knows_its_transaction",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="NEW.transaction := pg_current_xact_id()::text::bigint; RETURN NEW;",
    ),
    _balanced("transfer_is_balanced", "id"),
]

ENTRY = [
    *append_only("entry"),
    pgtrigger.Trigger(
        name="entry_joins_its_own_transaction",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="""
            PERFORM 1 FROM billing_transfer
              WHERE id = NEW.transfer_id AND transaction = pg_current_xact_id()::text::bigint;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'transfer % is complete: entries are written with it', NEW.transfer_id
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        """,
    ),
    _balanced("entry_is_balanced", "transfer_id"),
]

LOT = [
    pgtrigger.ReadOnly(
        name="lot_keeps_its_origin",
        fields=["account", "source", "amount", "expires_at", "period", "paid", "currency", "created_at"],
    ),
    pgtrigger.Protect(name="lot_is_never_deleted", operation=pgtrigger.Delete),
]

ACCOUNT = [
    pgtrigger.Trigger(
        name="balance_changes_with_its_entry",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("balance", "sequence"),
        timing=pgtrigger.Deferred,
        declare=[("account", "record")],
        func="""
            SELECT a.balance, CASE WHEN a.sequence = 0 THEN 0 ELSE e.balance_after END AS expected INTO account
              FROM billing_account a LEFT JOIN billing_entry e ON e.account_id = a.id AND e.sequence = a.sequence
             WHERE a.id = NEW.id;
            IF account.balance IS DISTINCT FROM account.expected THEN
                RAISE EXCEPTION 'balance % of account % is not that of its newest entry, %',
                    account.balance, NEW.id, account.expected USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        """,
    ),
    triggers.never_deleted("account_is_never_deleted"),
]

HOLD = [
    triggers.stays("a_settled_hold_stays", condition="OLD.state <> 'pending'", grows=["refunded"]),
    triggers.never_deleted("hold_is_never_deleted"),
]

HOLD_LINE = [
    triggers.stays("a_hold_line_stays", grows=["refunded"]),
    triggers.never_deleted("hold_line_is_never_deleted"),
]
