import pytest
from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from modules.versions.numbering import number

PARTS = st.integers(0, 12)
VERSIONS = st.builds("{}.{}.{}{}".format, PARTS, PARTS, PARTS, st.sampled_from(["", "", "-rc.1", "-rc.2", "-alpha"]))
PREFIXES = st.sampled_from(["v", "db/v", "db-v", "modules/db/v", "vpc/v", "", "release-"])
TAGS = st.lists(st.builds("{}{}".format, PREFIXES, VERSIONS) | st.text(max_size=8), max_size=5)
BUMPS = st.sampled_from(["major", "minor", "patch"])


def numbered(*tags, newest="1.3.0", taken=("1.0.0", "1.3.0"), bump="minor", path="modules/db"):
    found = number(newest=newest, taken=taken, bump=bump, tags=tags, path=path)
    return found.semver, found.tag


def note(*tags, **more):
    return number(
        **{"newest": "1.3.0", "taken": ["1.0.0", "1.3.0"], "bump": "minor", "tags": tags, "path": "db"} | more
    ).note


@pytest.mark.parametrize("bump", ["first", "major", "minor", "patch"])
def test_first_version_is_1_0_0(bump):
    assert numbered(newest=None, taken=(), bump=bump) == ("1.0.0", "")


@pytest.mark.parametrize(
    ("newest", "bump", "next_one"),
    [
        ("1.3.0", "major", "2.0.0"),
        ("1.3.0", "minor", "1.4.0"),
        ("1.3.0", "patch", "1.3.1"),
        ("1.9.9", "patch", "1.9.10"),
        ("0.3.1", "major", "1.0.0"),
        ("0.9.0", "minor", "0.10.0"),
        ("2.0.0-rc.1", "minor", "2.0.0"),
        ("2.0.0-rc.1", "patch", "2.0.0"),
    ],
)
def test_portal_counts_on_with_the_step_that_the_interface_calls_for(newest, bump, next_one):
    assert numbered(newest=newest, taken=(newest,), bump=bump) == (next_one, "")


def test_most_specific_tag_goes_first():
    tags = ["v9.0.0", "db-v8.0.0", "db/v7.0.0", "modules/db/v6.0.0"]
    assert numbered(*tags) == ("6.0.0", "modules/db/v6.0.0")
    assert numbered(*tags[:3]) == ("7.0.0", "db/v7.0.0")
    assert numbered(*tags[:2]) == ("8.0.0", "db-v8.0.0")
    assert numbered(*tags[:1]) == ("9.0.0", "v9.0.0")


def test_highest_of_equally_specific_tags_is_taken_as_numbers_count():
    assert numbered("v1.9.0", "v1.10.0", "v1.10.0-rc.1") == ("1.10.0", "v1.10.0")


@pytest.mark.parametrize("tag", ["vpc/v2.0.0", "1.4.0", "release-v2.0.0", "adb-v2.0.0", "nightly", "vnext", "db/2.0.0"])
def test_tags_of_others_are_passed_over_without_a_word(tag):
    assert (numbered(tag), note(tag)) == (("1.4.0", ""), "")


def test_root_module_has_plain_tags_alone():
    assert numbered("/v2.0.0", "-v3.0.0", "v1.5.0", path="") == ("1.5.0", "v1.5.0")


def test_prerelease_is_a_version():
    assert numbered("v2.0.0-rc.1") == ("2.0.0-rc.1", "v2.0.0-rc.1")


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("v1.0.0", "1.0.0 is already published"),
        ("v1.3.0", "1.3.0 is already published"),
        ("v1.2.9", "it is not higher than 1.3.0, the newest version"),
        ("v1.3.0-rc.1", "it is not higher than 1.3.0, the newest version"),
        ("v2.0", "2.0 is not a semantic version like 1.2.3"),
        ("v1.04.0", "1.04.0 is not a semantic version like 1.2.3"),
        ("v1.٤.0", "1.٤.0 is not a semantic version like 1.2.3"),
        ("v1000000000000000000.0.0", "its numbers are larger than Terraform can read"),
        ("v2.0.1000000000000000000-rc.1", "its numbers are larger than Terraform can read"),
        ("v2.0.0+exp", "Terraform's registry ignores what follows a plus sign"),
    ],
)
def test_tag_that_cannot_be_taken_is_told_and_the_portal_numbers(tag, why):
    assert numbered(tag) == ("1.4.0", "")
    assert note(tag) == f"The tag {tag} was not used: {why}."


def test_number_too_long_for_any_table_is_no_version():
    assert numbered(f"v{'9' * 60}.0.0") == ("1.4.0", "")


def test_what_follows_on_the_longest_number_fits_too():
    largest = "999999999999999999.999999999999999999.999999999999999999"
    assert numbered(f"v{largest}") == (largest, f"v{largest}")
    assert numbered(newest=largest, bump="major") == ("1000000000000000000.0.0", "")


def test_less_specific_tag_is_taken_where_the_first_cannot_be_and_the_first_is_told():
    found = number(newest="1.3.0", taken=["1.3.0"], bump="minor", tags=["db/v1.0.0", "v1.6.0"], path="db")
    assert (found.semver, found.tag) == ("1.6.0", "v1.6.0")
    assert found.note == "The tag db/v1.0.0 was not used: it is not higher than 1.3.0, the newest version."


@given(st.none() | VERSIONS, st.sets(VERSIONS, max_size=4), BUMPS, TAGS)
def test_result_is_above_the_newest_and_not_taken(newest, taken, bump, tags):
    found = number(newest=newest, taken=taken, bump=bump, tags=tags, path="modules/db")
    assert found.semver not in taken
    assert newest is None or Version.parse(found.semver) > Version.parse(newest)
    assert found.tag == "" or (found.tag in tags and found.tag.endswith(f"v{found.semver}"))


@given(st.lists(st.tuples(BUMPS, TAGS), min_size=2, max_size=6))
def test_numbers_only_ever_grow(publications):
    given_so_far = []
    for bump, tags in publications:
        newest = given_so_far[-1] if given_so_far else None
        given_so_far.append(number(newest=newest, taken=given_so_far, bump=bump, tags=tags, path="db").semver)
    assert given_so_far == sorted(given_so_far, key=Version.parse)
    assert len(set(given_so_far)) == len(given_so_far)
