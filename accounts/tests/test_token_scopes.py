"""Classic tokens need the repo scope; fine-grained ones have no scopes."""

import pytest

from accounts.github_errors import ScopeMissing
from accounts.token_scopes import read_scopes


@pytest.mark.parametrize(
    ("token", "header", "scopes", "is_fine_grained"),
    [
        ("ghp_alice", "repo", ["repo"], False),
        ("ghp_alice", " repo , read:org,", ["repo", "read:org"], False),
        ("github_pat_alice", None, [], True),
        ("github_pat_alice", "", [], True),
    ],
)
def test_scopes_are_read_from_the_header(token, header, scopes, is_fine_grained):
    assert read_scopes(token, header) == (scopes, is_fine_grained)


@pytest.mark.parametrize("header", ["", "read:org", "public_repo", "repo:status"])
def test_a_classic_token_without_repo_is_refused(header):
    with pytest.raises(ScopeMissing):
        read_scopes("ghp_alice", header)
