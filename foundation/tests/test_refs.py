import re

import pytest
from django.db import IntegrityError

from foundation.refs import new_ref
from tests.people import make_person


def test_a_ref_is_ten_characters_that_begin_with_a_letter():
    assert all(re.fullmatch("[a-z][a-z2-7]{9}", new_ref()) for _ in range(2000))


def test_refs_do_not_repeat():
    assert len({new_ref() for _ in range(20_000)}) == 20_000


def test_a_row_keeps_its_ref(carol):
    ref = carol.ref
    carol.first_name = "Caroline"
    carol.save()
    carol.refresh_from_db()
    assert carol.ref == ref


def test_no_two_rows_share_one(carol):
    with pytest.raises(IntegrityError, match="ref"):
        make_person("dora", ref=carol.ref)
