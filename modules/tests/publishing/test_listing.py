"""What the Publish page folds away, and what its list can be filtered by."""

from modules.models import Module, ModuleVersion, ScannedModule
from modules.publishing.candidate import Candidate
from modules.publishing.candidates import counts
from modules.publishing.listing import parents
from modules.publishing.selection import Selection, Show

VALID = ScannedModule(is_valid=True)


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


def test_a_removed_module_is_counted_and_filtered_apart_from_new_ones():
    new = Candidate("new", "New", found=VALID)
    gone = Candidate("gone", "Gone", found=VALID, module=Module(), newest=ModuleVersion())
    assert counts([new, gone]) == "1 new, 1 removed"
    chips = [(chip.label, chip.number) for chip in Selection().chips([new, gone])]
    assert chips == [("All", 2), ("New", 1), ("Removed", 1)]
    assert shown(Show.REMOVED, [new, gone]) == ["gone"]
