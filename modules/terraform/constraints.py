"""Version constraints as Terraform reads them: "~> 1.5, != 1.6.2".

Source: Terraform's "Version Constraints", and https://github.com/hashicorp/go-version. Terraform refuses a constraint
that names a pre-release, and compares a pre-release of its own by its numbers.
"""

import re

PART = re.compile(r"\s*+(?P<operator>=|!=|>=|<=|>|<|~>|)\s*+v?(?P<numbers>\d{1,9}(?:\.\d{1,9})*)\s*")
VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9})*")


def excludes(constraint: str, version: str) -> bool:
    """Whether `constraint` does not allow `version`; False when one of them is blank or not well-formed."""
    wanted, found = [PART.fullmatch(part) for part in constraint.split(",")], VERSION.match(version)
    if found is None or not all(wanted):
        return False
    return not all(_allows(part["operator"], part["numbers"], found[0]) for part in wanted if part)


def _allows(operator: str, limit: str, version: str) -> bool:
    size = max(limit.count("."), version.count(".")) + 1
    wanted, found = _numbers(limit, size), _numbers(version, size)
    if operator == "~>":
        fixed = limit.count(".")  # all numbers but the last one given
        return found >= wanted and found[:fixed] == wanted[:fixed]
    return {
        "": found == wanted,
        "=": found == wanted,
        "!=": found != wanted,
        ">": found > wanted,
        ">=": found >= wanted,
        "<": found < wanted,
        "<=": found <= wanted,
    }[operator]


def _numbers(text: str, size: int) -> list[int]:
    numbers = [int(number) for number in text.split(".")]
    return numbers + [0] * (size - len(numbers))
