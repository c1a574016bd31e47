"""Terraform's functions: what each takes and gives.

Source: `terraform metadata functions -json` of Terraform 1.15, which a test compares with SIGNATURES.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from modules.terraform.rules import values
from modules.terraform.types import Any_, Primitive, Type, parse_type

# name(parameters) result; a parameter with "?" may be null, the last with "..." may come any number of times
SIGNATURES = """
abs(number) number ; abspath(string) string ; alltrue(list(bool)) bool ; anytrue(list(bool)) bool
base64decode(string) string ; base64encode(string) string ; base64gzip(string) string ; base64sha256(string) string
base64sha512(string) string ; basename(string) string ; bcrypt(string, number...) string ; can(any) bool
ceil(number) number ; chomp(string) string ; chunklist(list(any), number) list(list(any))
cidrhost(string, number) string ; cidrnetmask(string) string ; cidrsubnet(string, number, number) string
cidrsubnets(string, number...) list(string) ; coalesce(any?...) any ; coalescelist(any?...) any
compact(list(string)) list(string) ; concat(any...) any ; contains(any, any) any ; convert(any?, any) any
csvdecode(string) any ; dirname(string) string ; distinct(list(any)) list(any) ; element(any, number) any
endswith(string, string) bool ; ephemeralasnull(any?) any ; file(string) string ; filebase64(string) string
filebase64sha256(string) string ; filebase64sha512(string) string ; fileexists(string) bool ; filemd5(string) string
fileset(string, string) set(string) ; filesha1(string) string ; filesha256(string) string
filesha512(string) string ; flatten(any) any ; floor(number) number ; format(string, any?...) string
formatdate(string, string) string ; formatlist(string, any?...) list(string) ; indent(number, string) string
index(any, any) any ; issensitive(any?) bool ; join(string, list(string)...) string ; jsondecode(string) any
jsonencode(any?) string ; keys(any) any ; length(any) number ; log(number, number) number
lookup(any, string, any?...) any ; lower(string) string ; matchkeys(list(any), list(any), list(any)) list(any)
max(number...) number ; md5(string) string ; merge(any?...) any ; min(number...) number ; nonsensitive(any?) any
one(any) any ; parseint(any, number) any ; pathexpand(string) string ; plantimestamp() string
pow(number, number) number ; range(number...) list(number) ; regex(string, string) any
regexall(string, string) list(any) ; replace(string, string, string) string ; reverse(any) any
rsadecrypt(string, string) string ; sensitive(any?) any ; setintersection(set(any), set(any)...) set(any)
setproduct(any...) any ; setsubtract(set(any), set(any)) set(any) ; setunion(set(any), set(any)...) set(any)
sha1(string) string ; sha256(string) string ; sha512(string) string ; signum(number) number
slice(any, number, number) any ; sort(list(string)) list(string) ; split(string, string) list(string)
startswith(string, string) bool ; strcontains(string, string) bool ; strrev(string) string
substr(string, number, number) string ; sum(any) any ; templatefile(string, any) any
templatestring(string, any) string ; textdecodebase64(string, string) string
textencodebase64(string, string) string ; timeadd(string, string) string ; timecmp(string, string) number
timestamp() string ; title(string) string ; tobool(any?) bool ; tolist(any?) list(any) ; tomap(any?) map(any)
tonumber(any?) number ; toset(any?) set(any) ; tostring(any?) string
transpose(map(list(string))) map(list(string)) ; trim(string, string) string ; trimprefix(string, string) string
trimspace(string) string ; trimsuffix(string, string) string ; try(any...) any ; upper(string) string
urlencode(string) string ; uuid() string ; uuidv5(string, string) string ; values(any) any ; yamldecode(string) any
yamlencode(any?) string ; zipmap(list(string), any) any
"""
SIGNATURE = re.compile(r"(\w+)\((.*)\) (\S+)")
PARAMETER = re.compile(r"([\w()]+)(\??)(\.\.\.)?")


@dataclass(frozen=True)
class Parameter:
    type: Type
    is_nullable: bool


@dataclass(frozen=True)
class Function:
    """A function; `more` is the parameter that may come any number of times after the others."""

    parameters: tuple[Parameter, ...]
    more: Parameter | None
    returns: Type
    most: int = 100_000

    def count_problem(self, count: int) -> str:
        """What is wrong with a number of arguments; blank if nothing is."""
        least = len(self.parameters)
        if count < least or (count > least and self.more is None):
            return f"needs {least} argument{'s' * (least != 1)}{' or more' if self.more else ''}, not {count}"
        if count > self.most:
            return f"takes {self.most} arguments at most, not {count}"
        return ""

    def parameter(self, at: int) -> Parameter:
        return self.parameters[at] if at < len(self.parameters) else self.more or self.parameters[-1]


def _read(line: str) -> tuple[str, Function]:
    name, inner, returns = SIGNATURE.fullmatch(line).groups()  # type: ignore[union-attr]
    rows = [(Parameter(parse_type(kind), bool(null)), bool(more)) for kind, null, more in PARAMETER.findall(inner)]
    parameters = tuple(row for row, is_more in rows if not is_more)
    more = next((row for row, is_more in rows if is_more), None)
    return name, Function(parameters, more, parse_type(RESULTS.get(name, returns)), MOST.get(name, 100_000))


# what functions want of arguments that may be of any type, for all arguments or for the first one
LISTS, FIRST_LISTS = (
    ("concat", "coalescelist", "setproduct"),
    ("flatten", "element", "slice", "sum", "index", "reverse"),
)
MAPS, FIRST_MAPS = ("merge",), ("keys", "values", "lookup")
PATIENT = (*LISTS, *MAPS)  # functions that look at no argument while nothing is known of one
CONVERSIONS = {"tonumber": "number", "tobool": "bool", "tostring": "string", "tomap": "map(any)", "tolist": "list(any)"}
# what is known of results beyond the signatures
RESULTS = {"keys": "list(string)"} | dict.fromkeys(("values", "concat", "flatten", "slice", "reverse"), "list(any)")
MOST = {"lookup": 3}  # arguments


def misfit(name: str, at: int, value: Any) -> str:
    """Why a function cannot take a value, beyond its signature; blank where it can."""
    if name in CONVERSIONS:
        return values.misfit(value, parse_type(CONVERSIONS[name]))
    given, is_plain = values.type_of(value), isinstance(values.type_of(value), Primitive)
    if name == "length" and given in (values.NUMERIC, values.BOOL):
        return f"a list, a map or a string is needed, not {values.described(value)}"
    if (name in LISTS or (name in FIRST_LISTS and at == 0)) and (is_plain or isinstance(value, dict)):
        return f"a list is needed, not {values.described(value)}"
    if (name in MAPS or (name in FIRST_MAPS and at == 0)) and (is_plain or isinstance(value, list)):
        return f"a map is needed, not {values.described(value)}"
    return ""


FUNCTIONS = dict(_read(line.strip()) for line in re.split(r"[;\n]", SIGNATURES.strip()))
LONGEST = 50  # characters of a name for which a similar one is looked for
ANY = Function((), Parameter(Any_(), True), Any_())  # of a provider


def find(name: str) -> Function | None:
    """A function by its name, with or without "core::"."""
    return ANY if name.startswith("provider::") else FUNCTIONS.get(name.removeprefix("core::"))


def strange(name: str, *, advises: bool) -> str:
    """A sentence for a name that is no function; `advises` is whether a similar one is looked for."""
    close = get_close_matches(name[:LONGEST], FUNCTIONS, 1) if advises else []
    return f"Terraform has no function {name}. " + (f"Did you mean {close[0]}?" if close else "Check its spelling.")
