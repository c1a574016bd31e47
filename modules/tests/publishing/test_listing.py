"""What the Publish page folds away, and what its list can be filtered by."""

from modules.publishing.candidate import Candidate
from modules.publishing.listing import Listing, apart_from_aside, parents


def listing(path, *, ticked=False):
    return Listing(Candidate(path, path, ticked=ticked), number=1)


def test_examples_and_tests_are_folded_away_until_they_are_ticked():
    paths = ["aws/alb", "aws/alb/examples/complete", "tests/unit", "wrappers"]
    shown, aside = apart_from_aside([*map(listing, paths), listing("aws/fixtures/x", ticked=True)])
    assert [each.candidate.path for each in shown] == ["aws/alb", "aws/fixtures/x"]
    assert [each.candidate.path for each in aside.listings] == paths[1:]
    assert aside.title == "3 folders of examples, tests and wrappers"


def test_one_folder_is_counted_as_one():
    assert apart_from_aside([listing("examples/x")])[1].title == "1 folder of examples, tests and wrappers"


def test_the_list_is_filtered_by_the_folder_above():
    made = [listing(path) for path in ("aws/alb", "aws/vpc", "gcp/vpc", "root", "")]
    assert parents(made) == [("", 2), ("aws", 2), ("gcp", 1)]
