"""What the Publish page folds away, and what its list can be filtered by."""

from modules.publishing.candidate import Candidate
from modules.publishing.listing import parents
from modules.publishing.selection import Selection, Show


def candidates(*paths, ticked=False):
    return [Candidate(path, path, ticked=ticked) for path in paths]


def shown(show, found):
    return [candidate.path for candidate in Selection(show=show).found(found)]


def test_examples_and_tests_are_folded_away_until_they_are_ticked():
    found = candidates("aws/alb", "aws/alb/examples/complete", "tests/unit", "wrappers")
    found += candidates("aws/fixtures/x", ticked=True)
    assert shown(Show.ALL, found) == ["aws/alb", "aws/fixtures/x"]
    assert shown(Show.ASIDE, found) == ["aws/alb/examples/complete", "tests/unit", "wrappers"]


def test_the_list_is_filtered_by_the_folder_above():
    assert parents(candidates("aws/alb", "aws/vpc", "gcp/vpc", "root", "")) == ["aws", "gcp"]


def test_folders_beside_one_another_need_no_filter():
    assert parents(candidates("modules/a", "modules/b")) == []
