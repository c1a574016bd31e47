"""Two people open one link at the same moment; each in a thread with real commits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection
from django.test import Client

from accounts import invitations
from accounts.models import Invitation, User

NEW = "correct horse battery"


def at_once(*works):
    """Results of these functions, started together."""
    gate = Barrier(len(works))

    def run(work):
        gate.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [each.result() for each in [pool.submit(run, work) for work in works]]


def test_of_two_clicks_at_once_one_creates_the_account(live_db, admin):
    link = invitations.create("erin@example.com", role=Invitation.Role.PARTNER, by=admin)[1]
    path = link.removeprefix("http://testserver")
    answers = at_once(*[lambda: Client().post(path, {"password1": NEW, "password2": NEW}).status_code] * 2)
    assert sorted(answers) in ([302, 404], [302, 409])
    erin = User.objects.get(email="erin@example.com")
    assert Invitation.objects.get().accepted_by == erin


def test_two_admins_who_invite_one_address_at_once_make_one_link_that_works(live_db, admin):
    def invite():
        return invitations.create("erin@example.com", role=Invitation.Role.USER, by=admin)[1]

    links = at_once(invite, invite)
    assert Invitation.objects.waiting().count() == 1
    assert sorted(Client().get(link.removeprefix("http://testserver")).status_code for link in links) == [200, 404]
