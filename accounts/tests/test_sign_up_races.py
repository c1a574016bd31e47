"""Two sign-ups at the same moment; each in a thread with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connection, transaction
from django.test import Client

from accounts.models import User

PASSWORD = "long enough for all"


def test_two_people_of_one_name_at_once_get_two_slugs(live_db):
    is_saved = Event()

    def first():
        with transaction.atomic():
            User.objects.create(email="dora@example.com")
            is_saved.set()
            connection.cursor().execute("SELECT pg_sleep(0.5)")
        connection.close()

    def second():
        is_saved.wait()
        User.objects.create(email="dora@example.org")
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        for work in [pool.submit(first), pool.submit(second)]:
            work.result()
    one, other = User.objects.order_by("email")
    assert (one.slug, other.slug) == ("dora", f"dora-{other.ref[:6]}")


def test_one_sign_up_sent_twice_makes_one_person(live_db, open_sign_up):
    is_saved = Event()

    def first():
        with transaction.atomic():
            User.objects.create(email="erin@example.com")
            is_saved.set()
            connection.cursor().execute("SELECT pg_sleep(2)")
        connection.close()

    def second():
        is_saved.wait()
        fields = {"email": "erin@example.com", "password1": PASSWORD, "password2": PASSWORD}
        answer = Client().post("/accounts/signup/", fields)
        connection.close()
        return answer.status_code, answer.url

    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(first)
        assert pool.submit(second).result() == (302, "/accounts/confirm-email/")
        other.result()
    assert User.objects.filter(email="erin@example.com").count() == 1
