"""The archive reader over random trees: valid entries are read as written, and only the others are refused."""

import io
import posixpath
import tarfile
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from modules.reading.archive import ArchiveRefused, Limits, new_file, read_tarball
from modules.tests.tarballs import TOP, member, pack, tarball

LIMITS = Limits(compressed_bytes=10**6, bytes=10**6, entries=60, file_bytes=2_000, depth=6, path_length=120)
NAMES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], exclude_characters="/\\"), min_size=1
)
ODD = st.sampled_from(
    ["main.tf", "a b", "-rf", "*", "é.tf", "漢字", "'quote\"", "$(x)", "%2e%2e", "..x", "x..", "nul", "~"]
)
PARTS = st.sampled_from(["a", "b", "c", "modules"]) | ODD | NAMES.map(lambda name: name[:12])
PATHS = st.lists(PARTS, min_size=1, max_size=5).map("/".join)
TREES = st.dictionaries(
    PATHS, st.binary(max_size=1_500) | st.binary(max_size=20).map(lambda data: data * 70), max_size=8
)
FORMATS = st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])


def is_plain(paths):
    """Whether all paths may stand in one folder on any system: no dots, no twins, no file that is a folder."""
    paths = list(paths)
    folders = {"/".join(path.split("/")[:end]) for path in paths for end in range(1, path.count("/") + 1)}
    forms = {unicodedata.normalize("NFC", path).casefold() for path in {*paths, *folders}}
    short = all(len(path.encode()) <= LIMITS.path_length for path in paths)
    dots = any(part in (".", "..") for path in paths for part in path.split("/"))
    return short and not dots and not folders.intersection(paths) and len(forms) == len({*paths, *folders})


def written(files, links, form):
    """A tarball of plain Python, not of the code under test."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz", format=form) as tar:
        tar.addfile(member(TOP, kind=tarfile.DIRTYPE))
        for path, (data, executable) in files.items():
            mode = 0o755 if executable else 0o644
            tar.addfile(member(f"{TOP}/{path}", size=len(data), mode=mode), io.BytesIO(data))
        for path, target in links.items():
            tar.addfile(member(f"{TOP}/{path}", kind=tarfile.SYMTYPE, target=target))
    stream.seek(0)
    return stream


def seen(snapshot):
    return {path: (file.data, file.executable) for path, file in snapshot.files.items()}


@given(TREES, st.data(), FORMATS)
def test_plain_tree_is_read_as_it_was_written(tree, data, form):
    assume(is_plain(tree))
    files = {path: (content, data.draw(st.booleans())) for path, content in tree.items()}
    snapshot = read_tarball(written(files, {}, form), limits=LIMITS)
    assert (seen(snapshot), snapshot.refused, snapshot.links) == (files, {}, {})


@given(TREES.filter(len), st.data(), FORMATS)
def test_link_to_a_file_or_folder_reads_as_what_it_leads_to(tree, data, form):
    assume(is_plain([*tree, "linked"]))
    files = {path: (content, False) for path, content in tree.items()}
    target = data.draw(st.sampled_from(sorted({*tree, *(path.rpartition("/")[0] for path in tree)} - {""})))
    snapshot = read_tarball(written(files, {"linked": target}, form), limits=LIMITS)
    behind = {
        posixpath.normpath(f"linked/{path[len(target) :]}"): file
        for path, file in files.items()
        if path == target or path.startswith(f"{target}/")
    }
    assert (seen(snapshot), snapshot.refused) == (files | behind, {})


ESCAPES = st.sampled_from(
    ["..", "../x", "../../etc/passwd", "/etc/passwd", "a/../../..", "./../../x", "//x", "a/b/../../../x"]
)


@given(TREES, ESCAPES, FORMATS)
def test_link_that_escapes_is_refused_and_the_tree_is_read(tree, target, form):
    assume(is_plain([*tree, "linked"]))
    files = {path: (content, False) for path, content in tree.items()}
    snapshot = read_tarball(written(files, {"linked": target}, form), limits=LIMITS)
    assert (seen(snapshot), list(snapshot.refused)) == (files, ["linked"])


@given(
    TREES,
    ESCAPES.filter(lambda name: name != ".."),
    st.sampled_from([tarfile.REGTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE]),
)
def test_member_whose_name_escapes_is_refused_and_the_tree_is_read(tree, name, kind):
    assume(is_plain(tree))
    odd = member(f"{TOP}/{name}", kind=kind, target="a")
    snapshot = read_tarball(tarball(tree, members=[(odd, b"")]), limits=LIMITS)
    assert {path: file.data for path, file in snapshot.files.items()} == tree
    assert len(snapshot.refused) == 1


@given(st.dictionaries(PATHS, st.binary(max_size=60).map(lambda data: data * 60), max_size=6))
def test_files_beyond_their_limit_are_refused_and_the_others_read(tree):
    assume(is_plain(tree))
    snapshot = read_tarball(tarball(tree), limits=LIMITS)
    large = {path for path, data in tree.items() if len(data) > LIMITS.file_bytes}
    assert set(snapshot.refused) == large
    assert set(snapshot.files) == tree.keys() - large


@given(st.integers(0, 90), st.integers(1, 12))
def test_entries_and_depth_have_their_limits(count, depth):
    tree = {"/".join([f"f{number}", *["d"] * (depth - 1)]): b"" for number in range(count)}
    if count + 1 > LIMITS.entries:  # with the top folder
        with pytest.raises(ArchiveRefused, match="more than 60 entries"):
            read_tarball(tarball(tree), limits=LIMITS)
        return
    snapshot = read_tarball(tarball(tree), limits=LIMITS)
    taken, refused = (tree.keys(), set()) if depth <= LIMITS.depth else (set(), tree.keys())
    assert (set(snapshot.files), set(snapshot.refused)) == (set(taken), set(refused))


@given(st.lists(st.binary(min_size=1_900, max_size=1_990), max_size=8), st.integers(1_000, 20_000))
def test_bytes_of_the_whole_have_their_limit(contents, most):
    limits = Limits(compressed_bytes=10**6, bytes=most, entries=60, file_bytes=2_000, depth=6, path_length=120)
    tree = {f"f{number}": data for number, data in enumerate(contents)}
    try:
        snapshot = read_tarball(tarball(tree), limits=limits)
    except ArchiveRefused:
        return
    assert set(snapshot.files) == tree.keys()
    assert sum(map(len, contents)) <= most


@given(TREES, st.data())
def test_packing_and_reading_gives_back_the_same(tree, data):
    assume(is_plain(tree))
    files = {path: new_file(content, executable=data.draw(st.booleans())) for path, content in tree.items()}
    inner = pack({f"{TOP}/{path}": file for path, file in files.items()})
    assert read_tarball(io.BytesIO(inner), limits=LIMITS).files == files
