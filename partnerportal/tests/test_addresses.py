import pytest

from partnerportal.addresses import Addresses, household
from partnerportal.refusals import Refused

ALICE, BOB, PROXY = "203.0.113.7", "198.51.100.2", "10.0.0.1"


def request_from(sender, *forwarded):
    return {"client": (sender, 5000), "headers": [(b"x-forwarded-for", value.encode()) for value in forwarded]}


def test_who_has_many_requests_under_way_keeps_nobody_else_out():
    addresses = Addresses(2)
    with addresses.counted(request_from(ALICE)), addresses.counted(request_from(ALICE)):
        with pytest.raises(Refused, match="429_address"), addresses.counted(request_from(ALICE)):
            pass
        with addresses.counted(request_from(BOB)) as address:
            assert address == BOB
    assert addresses.counts == {}


def test_behind_a_proxy_each_client_counts_by_the_address_that_the_proxy_added():
    addresses = Addresses(1, proxies=1)
    with addresses.counted(request_from(PROXY, ALICE)), addresses.counted(request_from(PROXY, BOB)):
        assert addresses.counts == {ALICE: 1, BOB: 1}


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, [ALICE], PROXY),  # anybody can write the header, and no proxy has
        (1, [f"1.1.1.1, {ALICE}"], ALICE),
        (1, ["1.1.1.1", ALICE], ALICE),
        (2, [f"1.1.1.1, {ALICE}, {BOB}"], ALICE),
        (2, [ALICE], PROXY),  # passed fewer proxies than there are
        (1, [], PROXY),
        (1, [f"{ALICE}:51234"], ALICE),
        (1, ["[2001:db8:1:2::7]:443"], "2001:db8:1:2::/64"),
        (1, ["unknown"], PROXY),
    ],
)
def test_nobody_chooses_their_own_address(proxies, forwarded, counted):
    assert Addresses(1, proxies=proxies).of(request_from(PROXY, *forwarded)) == counted


def test_on_a_socket_for_both_everybody_with_ipv4_was_one_household():
    assert household(f"::ffff:{ALICE}") == household(ALICE) == ALICE
    assert household(f"[::ffff:{BOB}]:443") == BOB


def test_a_household_has_one_address_although_ipv6_gives_it_millions():
    assert household("2001:db8:1:2::1") == household("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert household("2001:db8:1:3::1") != household("2001:db8:1:2::1")


def test_no_bound_is_none():
    addresses = Addresses(0)
    assert all(addresses.take(ALICE) for _ in range(1_000))
