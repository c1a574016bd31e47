import pytest

from accounts.models import PlatformSettings
from foundation.remembered import forget, once, remembering


def test_a_request_reads_a_thing_once():
    read = iter(range(9))
    with remembering():
        assert [once("a", lambda: next(read)) for _ in range(3)] == [0, 0, 0]
        assert once("b", lambda: next(read)) == 1
    with remembering():
        assert once("a", lambda: next(read)) == 2


def test_outside_of_a_request_it_is_read_each_time():
    read = iter(range(9))
    assert [once("a", lambda: next(read)) for _ in range(2)] == [0, 1]


def test_who_changes_a_thing_lets_it_be_read_again():
    read = iter(range(9))
    with remembering():
        once("a", lambda: next(read))
        forget("a")
        assert once("a", lambda: next(read)) == 1
    forget("a")


@pytest.mark.django_db
def test_private_mode_that_a_request_switches_holds_for_the_rest_of_it():
    with remembering():
        settings = PlatformSettings.load()
        settings.private_mode = True
        settings.save(update_fields=["private_mode"])
        assert PlatformSettings.load() is not settings
        assert PlatformSettings.load().private_mode is True
