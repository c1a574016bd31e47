import gzip
import io
import random
import subprocess
import tarfile
import time
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.reading.archive import ArchiveRefused, Limits, Snapshot, new_file, read_tarball, unpack
from modules.reading.symlinks import Links
from modules.tests.tarballs import TOP, member, pack, tarball

LIMITS = Limits(
    compressed_bytes=20 * 1024**2, bytes=100 * 1024**2, entries=5_000, file_bytes=5 * 1024**2, depth=12, path_length=240
)
SMALL = Limits(compressed_bytes=100_000, bytes=200_000, entries=20, file_bytes=50_000, depth=4, path_length=60)
PARTS = st.sampled_from(["a", "b", "A", "é", "e\u0301", "..", ".", "", "c\\d", "\u202e", "x\n", "long" * 30])
PATHS = st.lists(PARTS, min_size=1, max_size=5).map("/".join)


def read(files=None, *, limits=LIMITS, **more) -> Snapshot:
    return read_tarball(tarball(files, **more), limits=limits)


def refused(name, **more):
    """What becomes of a tarball with one odd member beside a good file."""
    snapshot = read({"vpc/main.tf": ""}, members=[(member(f"{TOP}/{name}", **more), b"")])
    assert "vpc/main.tf" in snapshot.files
    return snapshot.refused | snapshot.odd


def test_top_folder_is_stripped_and_files_keep_mode_and_git_id():
    snapshot = read({"vpc/main.tf": "a = 1\n", "vpc/run.sh": "#!/bin/sh\n"}, executables={"vpc/run.sh"})
    assert snapshot.refused == {}
    assert list(snapshot.files) == ["vpc/main.tf", "vpc/run.sh"]
    assert snapshot.files["vpc/main.tf"].data == b"a = 1\n"
    assert [file.executable for file in snapshot.files.values()] == [False, True]
    blob = subprocess.run(["git", "hash-object", "--stdin"], input=b"a = 1\n", capture_output=True, check=True).stdout
    assert snapshot.files["vpc/main.tf"].blob == blob.decode().strip()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("vpc/../../etc/passwd", "The path leaves its folder."),
        ("vpc//x", "The path leaves its folder."),
        ("vpc/./x", "The path leaves its folder."),
        ("vpc\\x", "The path contains a backslash."),
        ("vpc/\u202egpj.sh", "The path contains characters that cannot be shown."),
        ("vpc/a\x1bb", "The path contains characters that cannot be shown."),
        ("vpc/" + "x" * 300, "The path is longer than 240 bytes."),
        ("/".join("abcdefghijklm"), "The path is deeper than 12 folders."),
    ],
)
def test_odd_path_is_refused_with_a_reason_and_the_rest_is_read(name, reason):
    assert list(refused(name).values()) == [reason]


def test_absolute_path_is_refused():
    snapshot = read({"a": ""}, members=[(member("/etc/passwd"), b"")])
    assert (list(snapshot.files), snapshot.refused) == (["a"], {"/etc/passwd": "The path is absolute."})


@pytest.mark.parametrize("kind", [tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_devices_pipes_and_hard_links_are_refused(kind):
    (reason,) = refused("vpc/x", kind=kind, target="/etc/passwd").values()
    assert reason.startswith("Only files, folders and symbolic links are supported")


@pytest.mark.parametrize("names", [("vpc/Main.tf", "vpc/main.tf"), ("caf\u00e9/a", "cafe\u0301/a"), ("VPC/a", "vpc/b")])
def test_twins_by_case_or_unicode_form_are_both_refused(names):
    snapshot = read(dict.fromkeys(names, ""))
    assert snapshot.files == {}
    assert (set(snapshot.odd), snapshot.refused) == (set(names), {})


def test_link_to_a_folder_leaves_out_its_odd_names():
    snapshot = read(
        {"icons/a.png": "", "icons/Icon\r": "", "icons/B": "", "icons/b": ""}, links={"vpc/icons": "../icons"}
    )
    assert list(snapshot.files) == ["icons/a.png", "vpc/icons/a.png"]
    assert snapshot.refused == {}


def test_link_to_a_twin_is_left_out_with_it():
    snapshot = read({"docs/A.md": "", "docs/a.md": "", "vpc/main.tf": ""}, links={"vpc/a.md": "../docs/a.md"})
    assert set(snapshot.odd) == {"docs/A.md", "docs/a.md", "vpc/a.md"}
    assert snapshot.refused == {}


def test_path_that_stands_twice_is_refused():
    snapshot = read({"a": "1"}, members=[(member(f"{TOP}/a", size=1), b"2"), (member(f"{TOP}/a", size=1), b"3")])
    assert (list(snapshot.files), snapshot.refused) == ([], {"a": "This path is in the archive twice."})


def test_file_that_is_also_a_folder_is_refused():
    snapshot = read({"a": "1", "a/b": "2"})
    assert (list(snapshot.files), list(snapshot.refused)) == (["a"], ["a/b"])


def test_large_file_is_refused_alone():
    snapshot = read({"vpc/movie.mp4": b"x" * 60_000, "vpc/main.tf": ""}, limits=SMALL)
    assert list(snapshot.files) == ["vpc/main.tf"]
    assert list(snapshot.refused) == ["vpc/movie.mp4"]


def test_links_become_the_files_that_they_lead_to():
    snapshot = read(
        {"shared/tags.tf": "tags", "shared/deep/x.tf": "x"},
        links={
            "a/tags.tf": "../shared/tags.tf",
            "b": "shared",
            "c/chain.tf": "../a/tags.tf",
            "d/y.tf": "../b/deep/x.tf",
        },
    )
    assert snapshot.refused == {}
    assert {path: file.data.decode() for path, file in sorted(snapshot.files.items())} == {
        "a/tags.tf": "tags",
        "b/deep/x.tf": "x",
        "b/tags.tf": "tags",
        "c/chain.tf": "tags",
        "d/y.tf": "x",
        "shared/deep/x.tf": "x",
        "shared/tags.tf": "tags",
    }


@pytest.mark.parametrize(
    ("links", "word"),
    [
        ({"a/x": "../../outside"}, "leaves the repository"),
        ({"a/x": "/etc/passwd"}, "leaves the repository"),
        ({"a/x": "y", "a/y": "x"}, "leads back to itself"),
        ({"a/x": "."}, "leads back to itself"),
        ({"a/x": "..", "b": "a"}, "leads back to itself"),
        ({"a/b": "../c", "c/d": "../a"}, "leads back to itself"),
        ({"a/x": "nowhere"}, "not in the repository"),
    ],
)
def test_link_that_leads_nowhere_good_is_refused_alone(links, word):
    snapshot = read({"a/main.tf": "", "c/main.tf": ""}, links=links)
    assert {"a/main.tf", "c/main.tf"} <= set(snapshot.files)
    assert snapshot.refused
    assert all(word in reason for reason in snapshot.refused.values())


def with_header(records):
    header = b"".join(b"%d %b\n" % (len(record) + 1 + digits(len(record)), record) for record in records)
    info = tarfile.TarInfo("x")
    info.size, info.type = len(header), b"x"
    packed = info.tobuf(tarfile.USTAR_FORMAT) + header + bytes(-len(header) % 512)
    return gzip.compress(packed + tarfile.TarInfo("top/a").tobuf(tarfile.USTAR_FORMAT) + bytes(1024))


def digits(rest):
    return next(number for number in range(1, 9) if len(str(rest + 2 + number - 1)) == number) + 1


@pytest.mark.parametrize(
    "records",
    [
        pytest.param([b"a="] * 10_000, id="10,000 records, each of which was copied with all that follow"),
        pytest.param([b"size=" + b"9" * 5_000], id="a size of 5,000 digits"),
    ],
)
def test_extended_headers_made_to_be_slow_are_refused(records):
    with pytest.raises(ArchiveRefused):
        read_tarball(io.BytesIO(with_header(records)), limits=LIMITS)


def test_links_that_multiply_are_bounded():
    links = {f"n{number}/{side}": f"../n{number + 1}" for number in range(14) for side in "ab"}
    started = time.process_time()
    snapshot = read({"n14/main.tf": "x"}, links=links)
    assert len(snapshot.files) <= LIMITS.entries
    assert snapshot.refused
    assert time.process_time() - started < 5


def test_700_links_to_links_are_followed_as_deep_as_paths_may_be():
    links = {f"d{number}/n": f"../d{number + 1}" for number in range(700)}
    snapshot = read({f"d{number}/main.tf": "" for number in range(701)}, links=links)
    assert {path.partition("/")[0] for path in snapshot.files} == {f"d{number}" for number in range(701)}
    assert snapshot.files.keys() >= {"d699/n/main.tf", f"d690/{'n/' * 10}main.tf"}
    assert snapshot.refused["d0/n"] == "The link to ../d688 leads to a path deeper than 12 folders."


def test_2000_links_that_double_each_time_are_refused_in_a_bounded_number_of_steps():
    links = {f"d{number}/{side}": f"../d{number + 1}" for number in range(1_000) for side in "ab"}
    found = Links(links, {"d1000/main.tf": new_file(b"")}, {}, {}, entries=5_000, size=10, depth=12)
    added, refused = found.resolve()
    assert (len(added), len(refused)) == (4_096, 1_998)
    assert found.followed < 40_000


def test_circle_of_thousands_of_links_is_refused_without_recursion():
    links = {f"d{number}/n": f"../d{(number + 1) % 4_000}" for number in range(4_000)}
    found = Links(links, {}, {}, {}, entries=5_000, size=10, depth=12)
    assert found.resolve() == ({}, {path: f"The link to {links[path]} leads back to itself." for path in links})
    assert found.followed < 50_000


def test_links_that_meet_too_often_are_refused():
    files = {f"x/f{number}": new_file(b"") for number in range(1_000)}
    links = {f"l{number:04}": "x/../" * 100 + "x" for number in range(4_000)}
    found = Links(links, files, {}, {}, entries=10**9, size=10**9, depth=12)
    _, refused = found.resolve()
    assert refused["l3999"] == "The links of this repository lead to each other too often to follow them all."


def test_bomb_leaves_the_rest_readable():
    stream = tarball({"a/main.tf": "x", "b/zeros": bytes(256 * 1024**2)})
    tracemalloc.start()
    snapshot = read_tarball(stream, limits=LIMITS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (list(snapshot.files), snapshot.refused) == (["a/main.tf"], {"b/zeros": "The file is larger than 5 MiB."})
    assert peak < 10 * 1024**2


def test_one_file_of_one_character_is_read():
    assert list(read_tarball(tarball({"a/main.tf": "x" * 2 * 1024**2}), limits=LIMITS).files) == ["a/main.tf"]


def test_many_files_of_one_character_are_a_bomb():
    files = {f"f{number}": bytes(4 * 1024**2) for number in range(6)}
    with pytest.raises(ArchiveRefused, match="more than 200 times its size"):
        read_tarball(tarball(files), limits=LIMITS)


def test_bomb_is_refused_before_it_unfolds():
    header = member(f"{TOP}/zeros", size=64 * 1024**2).tobuf()
    stream = io.BytesIO(gzip.compress(header + bytes(64 * 1024**2), compresslevel=9))
    tracemalloc.start()
    with pytest.raises(ArchiveRefused, match="unpack to more than the portal reads"):
        read_tarball(stream, limits=replace(LIMITS, bytes=5 * 1024**2))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 1024**2


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({f"f{number}": "" for number in range(30)}, "more than 20 entries"),
        ({f"f{number}": random.Random(number).randbytes(40_000) for number in range(3)}, "larger than"),
        ({f"f{number}": random.Random(1).randbytes(400) * 100 for number in range(6)}, "unpacks to more than"),
    ],
)
def test_archive_beyond_a_limit_is_refused_whole(files, message):
    with pytest.raises(ArchiveRefused, match=message):
        read(files, limits=SMALL)


def test_truncated_archive_is_refused():
    whole = tarball({"a": random.Random(1).randbytes(5000)}).getvalue()
    for length in (0, 10, len(whole) // 2, len(whole) - 20):
        with pytest.raises(ArchiveRefused):
            read_tarball(io.BytesIO(whole[:length]), limits=LIMITS)


@given(st.binary(max_size=3000))
def test_any_bytes_are_read_or_refused(data):
    for stream in (data, gzip.compress(data)):
        try:
            snapshot = read_tarball(io.BytesIO(stream), limits=SMALL)
        except ArchiveRefused:
            continue
        assert snapshot.files == {}


@given(st.dictionaries(PATHS, st.binary(max_size=20), max_size=6), st.dictionaries(PATHS, PATHS, max_size=4))
def test_whatever_the_paths_unpacking_stays_inside(tmp_path_factory, files, links):
    snapshot = read(files, links=links, limits=SMALL)
    target = tmp_path_factory.mktemp("out") / "module"
    target.mkdir()
    unpack(pack(snapshot.files), target)
    written = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert written == set(snapshot.files)
    assert not any(path.is_symlink() for path in target.rglob("*"))
    assert [path.name for path in target.parent.iterdir()] == ["module"]


def test_packing_is_the_same_for_the_same_files_in_any_order():
    files = {"b/x": new_file(b"1"), "a/y": new_file(b"2", executable=True)}
    assert pack(files) == pack(dict(reversed(files.items())))


def test_unpacked_files_keep_content_and_mode(tmp_path):
    unpack(
        pack({"a/run.sh": new_file(b"x", executable=True), "a/" + "long/" * 9 + "main.tf": new_file(b"y")}), tmp_path
    )
    assert (tmp_path / "a/run.sh").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / ("a/" + "long/" * 9 + "main.tf")).read_bytes() == b"y"


def test_highly_compressible_file_survives_packing(tmp_path):
    unpack(pack({"zeros": new_file(bytes(4 * 1024**2))}), tmp_path)
    assert (tmp_path / "zeros").stat().st_size == 4 * 1024**2


@pytest.mark.parametrize(
    "info", [member("../out"), member("/tmp/out"), member("a", kind=tarfile.LNKTYPE, target="/etc/passwd")]
)
def test_unpacking_refuses_what_reading_refuses(tmp_path, info):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as tar:
        tar.addfile(info)
    with pytest.raises(ArchiveRefused):
        unpack(stream.getvalue(), tmp_path)
    assert list(tmp_path.iterdir()) == []
