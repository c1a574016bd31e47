"""The resources that an update creates and destroys, also in the local folders that a module calls."""

import time

import pytest

from modules.tests.schemas import calling, changes, of_texts, schema


def test_resources_are_destroyed_or_made():
    before = 'resource "aws_vpc" "a" {}\ndata "http" "b" {}\nephemeral "random_password" "c" {}\n'
    after = 'resource "aws_vpc" "d" {}\ndata "http" "e" {}\nephemeral "random_password" "f" {}\n'
    assert of_texts(before, after) == [
        ("Resource dropped", "aws_vpc.a", "aws_vpc", "an update destroys it", "major"),
        ("Resource added", "aws_vpc.d", "", "aws_vpc", "minor"),
        ("Data source dropped", "data.http.b", "http", "", "minor"),
        ("Data source added", "data.http.e", "", "http", "minor"),
        ("Ephemeral resource dropped", "ephemeral.random_password.c", "random_password", "", "minor"),
        ("Ephemeral resource added", "ephemeral.random_password.f", "", "random_password", "minor"),
    ]


MOVED = "moved {\n from = %s\n to = %s\n}\n"


def test_moved_resource_is_not_destroyed():
    after = 'resource "aws_vpc" "c" {}\n' + MOVED % ("aws_vpc.a[0]", "aws_vpc.b") + MOVED % ("aws_vpc.b", "aws_vpc.c")
    assert of_texts('resource "aws_vpc" "a" {}\n', after) == [
        ("Resource moved", "aws_vpc.a", "aws_vpc.a", "aws_vpc.c", "minor")
    ]


@pytest.mark.parametrize("to", ["aws_vpc.nowhere", "aws_vpc.a"])
def test_move_to_nowhere_is_destruction(to):
    kept = 'resource "aws_vpc" "b" {}\n'
    (found,) = of_texts('resource "aws_vpc" "a" {}\n' + kept, kept + MOVED % ("aws_vpc.a", to))
    assert found == ("Resource dropped", "aws_vpc.a", "aws_vpc", "an update destroys it", "major")


def test_call_of_another_module_is_dropped_added_and_changed():
    before = 'module "a" { source = "x/y/aws" }\nmodule "b" {\n source = "x/y/aws"\n version = "1.0"\n}\n'
    after = 'module "c" { source = "x/y/aws" }\nmodule "b" {\n source = "x/y/aws"\n version = "2.0"\n}\n'
    assert of_texts(before, after) == [
        ("Module call dropped", "module.a", "x/y/aws", "an update destroys it", "major"),
        ("Module source changed", "module.b", "x/y/aws 1.0", "x/y/aws 2.0", "minor"),
        ("Module call added", "module.c", "", "x/y/aws", "minor"),
    ]


CALL = 'module "db" { source = "./db" }\n'


def test_resource_of_a_called_folder_is_destroyed_as_well():
    before = calling(CALL, db='resource "aws_db" "a" {}\nresource "aws_db" "b" {}\n')
    after = calling(CALL, db='resource "aws_db" "a" {}\n')
    assert changes(before, after) == [
        ("Resource dropped", "module.db.aws_db.b", "aws_db", "an update destroys it", "major")
    ]


def test_what_lies_in_a_dropped_call_is_not_told_again():
    before = calling(CALL, db='resource "aws_db" "a" {}\n')
    assert changes(before, calling("")) == [
        ("Module call dropped", "module.db", "./db", "an update destroys it", "major")
    ]
    assert changes(calling(""), before) == [("Module call added", "module.db", "", "./db", "minor")]


def test_call_without_resources_destroys_nothing():
    before = calling(CALL, db='data "http" "a" {}\n')
    assert changes(before, calling("")) == [("Module call dropped", "module.db", "./db", "", "minor")]


def test_folder_that_moves_up_keeps_its_resources():
    kept = 'resource "aws_db" "b" {}\n'
    before = calling(kept + CALL, db='resource "aws_db" "a" {}\n')
    after = calling(kept + 'resource "aws_db" "a" {}\n' + MOVED % ("module.db.aws_db.a", "aws_db.a"))
    assert changes(before, after) == [
        ("Module call dropped", "module.db", "./db", "", "minor"),
        ("Resource moved", "module.db.aws_db.a", "module.db.aws_db.a", "aws_db.a", "minor"),
    ]


def test_call_that_is_renamed_with_a_move_keeps_all():
    before = calling(CALL, db='resource "aws_db" "a" {}\n')
    after = calling(
        'module "store" { source = "./db" }\n' + MOVED % ("module.db", "module.store"), db='resource "aws_db" "a" {}\n'
    )
    assert changes(before, after) == [("Module call moved", "module.db", "module.db", "module.store", "minor")]


def test_schema_from_before_called_folders_were_kept_is_compared_without_them():
    after = calling(CALL, db='resource "aws_db" "a" {}\n')
    before = {key: value for key, value in after.items() if key not in ("tree", "programs", "moves")}
    assert changes(before, after) == []


def test_folders_that_call_each_other_end():
    twice = 'module "a" { source = "./db" }\nmodule "b" { source = "./db" }\nresource "aws_db" "x" {}\n'
    before = calling(twice, db=twice)
    assert changes(before, before) == []


def test_call_whose_name_begins_alike_is_not_inside():
    before = calling(
        'module "db" { source = "./db" }\nmodule "db-b" { source = "./b" }\n', db="", b='resource "aws_db" "a" {}\n'
    )
    after = calling('module "db-b" { source = "./b" }\n', b='resource "aws_db" "a" {}\n')
    assert changes(before, after) == [("Module call dropped", "module.db", "./db", "", "minor")]


def test_time_grows_with_the_resources_and_not_with_their_square():
    def holding(name):
        return schema("") | {"resources": [{"address": f"aws_vpc.{name}{number}"} for number in range(20_000)]}

    began = time.process_time()
    assert len(changes(holding("a"), holding("b"))) == 40_000
    assert time.process_time() - began < 5
