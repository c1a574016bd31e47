"""E-mails from the outbox, to a real SMTP server."""

import base64
import os
import signal
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from foundation import outbox, sending
from foundation.models import OutboxMessage


def post(key="one", to="alice@example.com", subject="Your token", text="It expires.\n", **options):
    outbox.post(key=key, to=to, subject=subject, text=text, why="you asked for it", stop="Ask no more.", **options)
    return OutboxMessage.objects.get(key=key)


def again(message):
    message.refresh_from_db()
    return message


def pause_of(message) -> int:
    """Seconds until the next attempt."""
    return round((again(message).next_try_at - timezone.now()).total_seconds())


def make_due(**fields):
    OutboxMessage.objects.update(next_try_at=timezone.now() - timedelta(seconds=1), **fields)


@pytest.mark.django_db
class TestOneSender:
    def test_an_email_arrives_once_with_its_words(self, post_office, settings):
        settings.DEFAULT_FROM_EMAIL = "Partner Portal <portal@portal.example>"
        message = post()
        sending.send_due()
        sending.send_due()
        [letter] = post_office.letters
        assert (letter["To"], letter["From"]) == ("alice@example.com", "Partner Portal <portal@portal.example>")
        assert letter["Subject"] == "Partner Portal: Your token"
        assert letter.get_content().splitlines() == [
            "Hello,",
            "",
            "It expires.",
            "",
            "You get this e-mail because you asked for it. Ask no more.",
            "",
            "Partner Portal",
        ]
        assert letter["Auto-Submitted"] == "auto-generated"
        assert again(message).sent_at is not None
        assert (message.attempts, message.error) == (1, "")

    def test_two_posts_with_one_key_are_one_email(self, post_office):
        post(subject="First")
        post(subject="Second")
        sending.send_due()
        assert post_office.subjects == ["Partner Portal: First"]

    def test_an_undone_deed_sends_nothing(self, post_office):
        with transaction.atomic():
            post()
            transaction.set_rollback(True)
        sending.send_due()
        assert post_office.letters == []

    def test_an_email_whose_time_has_not_come_waits(self, post_office):
        post()
        OutboxMessage.objects.update(next_try_at=timezone.now() + timedelta(minutes=1))
        sending.send_due()
        assert post_office.letters == []

    def test_a_refused_address_does_not_keep_others_from_theirs(self, post_office):
        post_office.refused = {"gone@example.com"}
        gone, alice = post(key="gone", to="gone@example.com"), post()
        sending.send_due()
        assert [letter["To"] for letter in post_office.letters] == ["alice@example.com"]
        assert again(alice).sent_at is not None
        assert "550" in again(gone).error
        assert "No such person here" in gone.error
        assert (gone.sent_at, gone.attempts) == (None, 1)

    @pytest.mark.parametrize(("attempts", "seconds"), [(0, 30), (1, 60), (5, 960), (7, 3840), (300, 3840)])
    def test_pauses_double_up_to_an_hour(self, post_office, attempts, seconds):
        post_office.refused = {"alice@example.com"}
        message = post()
        make_due(attempts=attempts)
        sending.send_due()
        assert pause_of(message) == pytest.approx(seconds, abs=2)

    def test_after_a_day_it_is_given_up_and_logged(self, post_office, caplog):
        post_office.refused = {"alice@example.com"}
        message = post()
        make_due(created_at=timezone.now() - timedelta(hours=25))
        sending.send_due()
        assert again(message).given_up_at is not None
        [line] = [record for record in caplog.records if record.levelname == "ERROR" and record.key == "one"]
        assert (line.getMessage(), line.attempts) == ("e-mail given up", 1)
        post_office.refused = set()
        make_due()
        sending.send_due()
        assert post_office.letters == []

    def test_a_subject_that_no_email_can_have_is_kept_with_its_error(self, post_office):
        message = post(subject="two\nlines")
        post(key="other", subject="One line")
        sending.send_due()
        assert post_office.subjects == ["Partner Portal: One line"]
        assert again(message).error.startswith("BadHeaderError")

    def test_a_secret_is_read_by_its_receiver_alone(self, post_office):
        message = post(text="Open https://portal.example/secret/", is_secret=True)
        assert (message.text, b"secret/" in bytes(message.secret_text_encrypted)) == ("", False)
        sending.send_due()
        assert "Open https://portal.example/secret/" in post_office.letters[0].get_content()
        assert bytes(again(message).secret_text_encrypted) == b""

    def test_a_secret_whose_key_is_missing_waits_and_keeps_no_other_from_theirs(self, post_office, settings):
        message = post(is_secret=True)
        settings.PORTAL_KEYS = "other:" + base64.b64encode(b"1" * 32).decode()
        post(key="two", subject="Another")
        sending.send_due()
        assert post_office.subjects == ["Partner Portal: Another"]
        assert again(message).error == "DecryptionFailed: no key b'test' in PORTAL_KEYS"
        assert message.secret_text_encrypted

    def test_a_server_that_is_down_is_tried_once_and_all_arrive_when_it_is_back(self, post_office):
        post_office.close()
        first, second = post(), post(key="two", subject="Another")
        sending.send_due()
        assert [(again(message).attempts, pause_of(message)) for message in (first, second)] == [(1, 30), (0, 30)]
        assert again(first).error.startswith("ConnectionRefusedError")
        post_office.open()
        make_due()
        sending.send_due()
        assert post_office.subjects == ["Partner Portal: Your token", "Partner Portal: Another"]
        assert (again(first).attempts, first.error) == (2, "")


def test_two_senders_at_once_send_each_email_once(live_db, post_office):
    for number in range(30):
        post(key=f"key-{number}", subject=f"{number}")
    start = threading.Barrier(3)
    post_office.before_answer = lambda: threading.Event().wait(0.005)

    def send():
        start.wait(10)
        sending.send_due()
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(post_office.subjects) == sorted(f"Partner Portal: {number}" for number in range(30))
    assert OutboxMessage.objects.filter(sent_at=None).count() == 0


def test_a_sender_killed_before_it_notes_repeats_that_one_with_the_same_message_id(live_db, post_office, start_child):
    for number in range(3):
        post(key=f"key-{number}", subject=f"{number}")
    killed = threading.Event()

    def kill_at_the_second():
        if len(post_office.letters) == 2 and not killed.is_set():
            killed.set()
            os.killpg(child.pid, signal.SIGKILL)

    post_office.before_answer = kill_at_the_second
    child = start_child("manage", "shell", "-c", "from foundation import sending; sending.send_due()")
    assert killed.wait(60)
    child.process.wait(10)
    assert OutboxMessage.objects.filter(sent_at=None).count() == 2
    sending.send_due()
    assert post_office.subjects == [f"Partner Portal: {number}" for number in (0, 1, 1, 2)]
    numbers = [letter["Message-ID"] for letter in post_office.letters]
    assert numbers[1] == numbers[2]
    assert len(set(numbers)) == 3


def test_a_worker_sends_what_a_transaction_posts(live_db, post_office, worker):
    worker(queues=["default"])
    with transaction.atomic():
        message = post()
    for _ in range(200):
        if again(message).sent_at:
            break
        threading.Event().wait(0.05)
    assert post_office.subjects == ["Partner Portal: Your token"]
