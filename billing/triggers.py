"""Database triggers that protect the ledger, whoever writes to it and how. Migrations install them."""

import pgtrigger

from foundation import triggers

ACCOUNT_FAULT = "account % is not what its newest entry and its lots say: %"
LOT_FAULT = "lot % is not what its entries and holds say: %"
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


def _balanced(name: str) -> pgtrigger.Trigger:
    """A trigger that rejects, at commit, a transfer with one line, whose credits or money do not sum to zero, or whose
    copies of what it moved are not what its lines say.
    """
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("lines", "bigint"), ("credits", "numeric"), ("money", "numeric"), ("moved", "numeric[]")],
        func=f"""
            SELECT count(*), coalesce(sum(e.amount) FILTER (WHERE a.kind NOT IN {FINANCIAL}), 0),
                   coalesce(sum(e.amount) FILTER (WHERE a.kind IN {FINANCIAL}), 0),
                   ARRAY[coalesce(sum(e.amount) FILTER (WHERE a.kind = 'awarded'), 0),
                         coalesce(sum(e.amount) FILTER (WHERE a.kind = 'purchased'), 0),
                         coalesce(sum(e.amount) FILTER (WHERE a.kind = 'revenue'), 0)]
              INTO lines, credits, money, moved
              FROM billing_entry e JOIN billing_account a ON a.id = e.account_id
             WHERE e.transfer_id = NEW.transfer_id;
            IF lines < 2 OR credits <> 0 OR money <> 0 THEN
                RAISE EXCEPTION 'transfer % is not balanced: % lines, credits %, money %',
                    NEW.transfer_id, lines, credits, money USING ERRCODE = 'check_violation';
            END IF;
            PERFORM 1 FROM billing_transfer
              WHERE id = NEW.transfer_id AND moved <> ARRAY[awarded, purchased, share_amount]::numeric[];
            IF FOUND THEN
                RAISE EXCEPTION 'transfer % does not say what its lines move: %', NEW.transfer_id, moved
                    USING ERRCODE = 'check_violation';
            END IF;
            RETURN NULL;
        """,  # noqa: S608
    )


# An account of a person numbers its entries, and each has the balance after it; the platform's do neither. Credits are
# in a lot of the account.
ENTRY_OUT_OF_LINE = f"""
    SELECT NEW.id, concat_ws(' ', a.kind, NEW.sequence, NEW.amount, NEW.balance_after)
      FROM billing_account a
      JOIN billing_transfer t ON t.id = NEW.transfer_id
      LEFT JOIN billing_lot l ON l.id = NEW.lot_id
      LEFT JOIN billing_entry before ON before.account_id = a.id AND before.sequence = NEW.sequence - 1
     WHERE a.id = NEW.account_id
       AND CASE WHEN a.wallet_id IS NULL THEN num_nonnulls(NEW.sequence, NEW.balance_after, NEW.lot_id) > 0
                ELSE a.wallet_id <> t.wallet_id
                     OR NEW.sequence IS NULL OR NEW.sequence > a.sequence
                     OR (NEW.sequence > 1) <> (before.id IS NOT NULL)
                     OR NEW.balance_after IS DISTINCT FROM coalesce(before.balance_after, 0) + NEW.amount
                     OR l.account_id IS DISTINCT FROM CASE WHEN a.kind IN {FINANCIAL} THEN NULL ELSE a.id END
           END
"""  # noqa: S608


CHANGED = "OLD.{0} IS DISTINCT FROM NEW.{0}"


def _posted(name: str, operation: pgtrigger.Operation, *, condition: str = "") -> pgtrigger.Trigger:
    """A trigger that rejects a balance that is not that of the newest entry."""
    return triggers.never_leaves(
        name,
        operation,
        condition=condition,
        faulty="""
            SELECT a.id, concat_ws(' ', a.balance, a.held, a.sequence)
              FROM (SELECT * FROM billing_account WHERE id = NEW.id) a
              LEFT JOIN LATERAL (SELECT balance_after, sequence FROM billing_entry
                                  WHERE account_id = a.id AND sequence IS NOT NULL
                                  ORDER BY sequence DESC LIMIT 1) e ON true
             WHERE (a.balance, a.sequence) IS DISTINCT FROM (coalesce(e.balance_after, 0), coalesce(e.sequence, 0))""",
        says=ACCOUNT_FAULT,
    )


def _reserved(name: str, operation: pgtrigger.Operation, which: str, *, condition: str = "") -> pgtrigger.Trigger:
    """A trigger that rejects what is reserved in an account, and in no lot of it."""
    return triggers.never_leaves(
        name,
        operation,
        condition=condition,
        faulty=f"""
            SELECT a.id, concat_ws(' ', a.balance, a.held, a.sequence)
              FROM (SELECT * FROM billing_account WHERE id = {which}) a
             WHERE a.held <> (SELECT coalesce(sum(held), 0) FROM billing_lot
                               WHERE account_id = a.id AND remaining > 0)""",  # noqa: S608
        says=ACCOUNT_FAULT,
    )


# One row, or none. An entry from before there was such a figure has none, and is followed by one that has.
LEFT_OF_LOT = """
    SELECT coalesce(lot_after, (SELECT sum(amount) FROM billing_entry WHERE lot_id = {lot})) AS rest
      FROM billing_entry WHERE lot_id = {lot} ORDER BY id DESC LIMIT 1"""


def _left(name: str, operation: pgtrigger.Operation, which: str, *, condition: str = "") -> pgtrigger.Trigger:
    """A trigger that rejects a lot whose rest its newest entry does not say."""
    return triggers.never_leaves(
        name,
        operation,
        condition=condition,
        faulty=f"""
            SELECT l.id, concat_ws(' ', l.remaining, l.held)
              FROM (SELECT * FROM billing_lot WHERE id = {which}) l
              LEFT JOIN LATERAL ({LEFT_OF_LOT.format(lot="l.id")}) e ON true
             WHERE l.remaining <> coalesce(e.rest, 0)""",  # noqa: S608
        says=LOT_FAULT,
    )


def _held(name: str, operation: pgtrigger.Operation, which: str, *, condition: str = "") -> pgtrigger.Trigger:
    """A trigger that rejects lots of which more or less is reserved than their holds say."""
    return triggers.never_leaves(
        name,
        operation,
        condition=condition,
        faulty=f"""
            SELECT l.id, concat_ws(' ', l.remaining, l.held)
              FROM (SELECT * FROM billing_lot WHERE {which}) l
              JOIN billing_account a ON a.id = l.account_id
             WHERE l.held <> (SELECT coalesce(sum(line.amount), 0)
                                FROM billing_hold hold JOIN billing_holdline line ON line.hold_id = hold.id
                               WHERE hold.wallet_id = a.wallet_id AND hold.state = 'pending'
                                 AND line.lot_id = l.id)""",  # noqa: S608
        says=LOT_FAULT,
    )


def _holds(name: str, operation: pgtrigger.Operation, which: str) -> pgtrigger.Trigger:
    """A trigger that rejects a hold that is not the sum of its lines, and a charge or refund without its transfer."""
    return triggers.never_leaves(
        name,
        operation,
        faulty=f"""
            SELECT h.id, concat_ws(' ', h.state, h.amount, h.captured, h.refunded)
              FROM (SELECT * FROM billing_hold WHERE {which}) h
             CROSS JOIN LATERAL (
                    SELECT coalesce(sum(line.amount), 0) AS amount, coalesce(sum(line.refunded), 0) AS refunded
                      FROM billing_holdline line
                      JOIN billing_lot lot ON lot.id = line.lot_id
                      JOIN billing_account a ON a.id = lot.account_id AND a.wallet_id = h.wallet_id
                     WHERE line.hold_id = h.id) l
             CROSS JOIN LATERAL (
                    SELECT coalesce(-sum(awarded + purchased) FILTER (WHERE kind = 'capture'), 0) AS captured,
                           coalesce(sum(awarded + purchased) FILTER (WHERE kind = 'refund'), 0) AS refunded
                      FROM billing_transfer WHERE cost_centre_id = h.cost_centre_id AND run_ref = h.run_ref) t
             WHERE (h.amount, h.captured, h.refunded, h.refunded, h.finished_at IS NULL) IS DISTINCT FROM
                   (l.amount, t.captured, t.refunded, l.refunded, h.state = 'pending')
                OR h.captured <> CASE h.state WHEN 'captured' THEN h.amount ELSE 0 END""",  # noqa: S608
        says="hold % is not what its lines and transfers say: %",
    )


TRANSFER = [
    *append_only("transfer"),
    pgtrigger.Trigger(
        name="transfer_knows_its_transaction",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="NEW.transaction := pg_current_xact_id()::text::bigint; RETURN NEW;",
    ),
    triggers.never_leaves(
        "transfer_has_lines",  # which see to it that they are balanced
        pgtrigger.Insert,
        faulty="""SELECT NEW.id, '0 lines, credits 0, money 0'
                   WHERE NOT EXISTS (SELECT FROM billing_entry WHERE transfer_id = NEW.id)""",
        says="transfer % is not balanced: %",
    ),
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
    pgtrigger.Trigger(
        name="entry_says_what_its_lot_has_left",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Condition("NEW.lot_id IS NOT NULL"),
        func=f"""
            NEW.lot_after := NEW.amount + coalesce(({LEFT_OF_LOT.format(lot="NEW.lot_id")}), 0);
            RETURN NEW;
        """,
    ),
    _balanced("entry_is_balanced"),
    triggers.never_leaves(
        "entry_follows_the_one_before",
        pgtrigger.Insert,
        faulty=ENTRY_OUT_OF_LINE,
        says="entry % does not follow the one before in its account: %",
    ),
    _left("entry_moves_its_lot", pgtrigger.Insert, "NEW.lot_id", condition="NEW.lot_id IS NOT NULL"),
]

WALLET = [
    triggers.stays("a_wallet_stays_its_owners", grows=["version"]),
    triggers.never_deleted("wallet_is_never_deleted"),
]

LOT = [
    pgtrigger.ReadOnly(
        name="lot_keeps_its_origin",
        fields=["account", "source", "amount", "expires_at", "period", "paid", "currency", "created_at"],
    ),
    _left("lot_comes_with_its_entry", pgtrigger.Insert, "NEW.id"),
    _left("lot_is_what_its_entries_say", pgtrigger.Update, "NEW.id", condition=CHANGED.format("remaining")),
    _held("lot_comes_with_its_holds", pgtrigger.Insert, "id = NEW.id"),
    _held("lot_reserves_what_its_holds_do", pgtrigger.Update, "id = NEW.id", condition=CHANGED.format("held")),
    _reserved("account_reserves_what_lots_come_with", pgtrigger.Insert, "NEW.account_id", condition="NEW.held <> 0"),
    _reserved(
        "account_reserves_what_its_lots_do", pgtrigger.Update, "NEW.account_id", condition=CHANGED.format("held")
    ),
    pgtrigger.Protect(name="lot_is_never_deleted", operation=pgtrigger.Delete),
]

ACCOUNT = [
    pgtrigger.ReadOnly(name="account_stays_in_its_wallet", fields=["wallet", "kind"]),
    _posted("balance_comes_with_its_entry", pgtrigger.Insert),
    _posted(
        "balance_changes_with_its_entry",
        pgtrigger.Update,
        condition=f"{CHANGED.format('balance')} OR {CHANGED.format('sequence')}",
    ),
    _reserved("account_comes_with_what_its_lots_reserve", pgtrigger.Insert, "NEW.id"),
    _reserved("account_changes_with_its_lots", pgtrigger.Update, "NEW.id", condition=CHANGED.format("held")),
    triggers.never_deleted("account_is_never_deleted"),
]

HOLD = [
    triggers.stays("a_settled_hold_stays", condition="OLD.state <> 'pending'", grows=["refunded"]),
    triggers.stays(
        "a_pending_hold_stays",
        condition="OLD.state = 'pending'",
        set_once=["due_at", "destroy_by", "warned_at"],
        free=["state", "captured", "earns", "reason", "finished_at"],
    ),
    _holds(
        "hold_is_what_its_transfers_say",
        pgtrigger.Insert | pgtrigger.UpdateOf("state", "captured", "refunded"),
        "id = NEW.id",
    ),
    _held(
        "hold_frees_its_lots",
        pgtrigger.UpdateOf("state"),
        "id IN (SELECT lot_id FROM billing_holdline WHERE hold_id = NEW.id)",
    ),
    triggers.never_deleted("hold_is_never_deleted"),
]

HOLD_LINE = [
    triggers.stays("a_hold_line_stays", grows=["refunded"]),
    _holds("hold_is_the_sum_of_its_lines", pgtrigger.Insert | pgtrigger.UpdateOf("refunded"), "id = NEW.hold_id"),
    _held("hold_line_reserves_of_its_lot", pgtrigger.Insert, "id = NEW.lot_id"),
    triggers.never_deleted("hold_line_is_never_deleted"),
]
