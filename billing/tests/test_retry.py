from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from billing import ledger
from billing.models import Wallet
from billing.retry import ATTEMPTS, retry_on_conflict


def in_thread(work) -> Thread:
    def run():
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def test_deadlocked_transaction_is_begun_anew(live_db, alice, bob):
    ledger.open_wallets([alice.pk, bob.pk])
    both_hold_one = Barrier(2)
    attempts = []

    def lock_both(first, second):
        @retry_on_conflict
        @transaction.atomic
        def locked():
            attempts.append(first)
            Wallet.objects.select_for_update().get(owner=first)
            if attempts.count(first) == 1:
                both_hold_one.wait(timeout=20)
            Wallet.objects.select_for_update().get(owner=second)
            Wallet.objects.filter(owner=second).update(version=F("version") + 1)

        return locked

    threads = [in_thread(lock_both(alice, bob)), in_thread(lock_both(bob, alice))]
    for thread in threads:
        thread.join(timeout=60)
    assert len(attempts) == 3
    assert [wallet.version for wallet in Wallet.objects.all()] == [1, 1]


def test_lock_time_out_is_tried_five_times(live_db, alice):
    ledger.open_wallets([alice.pk])
    attempts = []

    @retry_on_conflict
    @transaction.atomic
    def impatient():
        attempts.append(1)
        Wallet.objects.select_for_update(nowait=True).get()

    with transaction.atomic():
        Wallet.objects.select_for_update().get()
        refusals = []

        def work():
            with pytest.raises(OperationalError) as refusal:
                impatient()
            refusals.append(refusal.value.__cause__.pgcode)

        in_thread(work).join(timeout=60)
    assert (refusals, len(attempts)) == (["55P03"], ATTEMPTS)


@pytest.mark.django_db
def test_inside_a_transaction_it_runs_once():
    attempts = []

    @retry_on_conflict
    def conflicting():
        attempts.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$")

    with pytest.raises(OperationalError), transaction.atomic():
        conflicting()
    assert len(attempts) == 1
