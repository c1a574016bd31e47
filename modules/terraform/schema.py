"""The types of a module's schema and findings, and what they say of an input."""

from typing import Any, Literal, NotRequired, TypedDict

from modules.terraform.fact_types import Facts

MOST_CREDITS = 1_000_000
LONGEST_MESSAGE = 1_000  # characters of a finding
INJECTED = "deployment_id"
HIDDEN_GROUP = 0  # RAD's convention: inputs of this group are for the publisher and admins only
BUILT_IN = "terraform"  # Terraform's own provider: terraform_data, terraform_remote_state
# Data sources and actions that do more than their provider's interface says: what they do, and their kind.
OUTSIDE = {
    "external": ("runs a program on the portal's worker", "external"),
    "local_command": ("runs a program on the portal's worker", "external"),
    "http": ("reads an address over HTTP", "http"),
    "terraform_remote_state": ("reads the state of another configuration", "http"),
}

Level = Literal["error", "advice"]


class Validation(TypedDict):
    """A `validation` block of a variable, its condition as it is written."""

    condition: str
    error_message: str


class Variable(TypedDict):
    """A `variable` block; its UIMeta tag is removed from the description."""

    name: str
    type: str  # canonical text of a type, as `modules.terraform.types.parse_type` reads it back
    description: str
    default: Any  # JSON; None also without a default, and where only Terraform can compute it
    default_expression: NotRequired[str]  # the expression from which Terraform computes the default
    required: bool  # it has no default
    sensitive: bool  # also true of an ephemeral one
    ephemeral: NotRequired[bool]  # its value is never stored in a plan or state: it is asked anew for each run
    const: NotRequired[bool]  # Terraform needs its value before it loads modules
    fixed: NotRequired[bool]  # it decides which module is loaded, so only its default can be used
    nullable: bool
    group: int | None  # the step of the form, HIDDEN_GROUP among them
    order: int | None  # its place in the step
    updatesafe: bool
    options: list[Any]  # texts or numbers to choose from; empty when any value is allowed
    validations: list[Validation]
    injected: NotRequired[bool]  # the portal sets its value
    file: NotRequired[str]  # absent in a file's own answer and in old schemas; so everywhere below
    line: int


class Output(TypedDict):
    """An `output` block."""

    name: str
    description: str
    sensitive: bool
    ephemeral: NotRequired[bool]
    deprecated: NotRequired[bool]
    file: NotRequired[str]
    line: int


class Provider(TypedDict):
    """A provider that a module needs; the source as written, the version constraint blank for any."""

    name: str
    source: str
    version: str
    aliases: NotRequired[list[str]]  # configurations that a calling module passes ("aws.other"); not in a schema
    file: NotRequired[str]
    line: NotRequired[int]  # of its requirement; not in a schema


class ConfiguredProvider(TypedDict):
    """A `provider` block, or the provider of an `import` block."""

    name: str
    alias: NotRequired[str]
    file: NotRequired[str]
    line: int


class Resource(TypedDict):
    """A `resource`, `data`, `ephemeral` or `action` block, by its address in its folder.

    The data source of a `check` block is one as well: Terraform gives it the same address.
    """

    address: str
    provider: NotRequired[str]  # the local name of its provider, where it is not the first word of its type
    file: NotRequired[str]
    line: int


class Call(TypedDict):
    """A `module` block; `target` is the path of the called folder from the module, a key of the schema's `tree`."""

    name: str
    source: str  # as written, where it is an expression that is not known
    expression: NotRequired[str]  # from which Terraform computes the source
    version: str
    target: NotRequired[str]  # of local folders only
    file: NotRequired[str]
    line: int


class Program(TypedDict):
    """A provisioner, also of a `removed` block, or (kind "exec") a program that a provider runs to sign in."""

    kind: str
    address: str
    file: NotRequired[str]
    line: int


# A `moved` block. Its keys are Terraform's own words, one of which is Python's as well.
Moved = TypedDict("Moved", {"from": str, "to": str, "file": NotRequired[str], "line": int})


class Finding(TypedDict):
    """An error or a suggestion about a module; one error makes the module invalid."""

    level: Level
    code: str
    message: str
    file: NotRequired[str]
    line: int | None


class FileAnswer(TypedDict):
    """What one file declares: the answer of `modules.terraform.hcl.read_file`, without the file's name."""

    variables: list[Variable]
    outputs: list[Output]
    required_providers: list[Provider]
    configured_providers: list[ConfiguredProvider]
    resources: list[Resource]
    calls: list[Call]
    programs: list[Program]
    moves: list[Moved]
    required_version: str
    required_version_line: int
    locals: dict[str, str]  # those that are a text or a reference, as written: a source may be made of them
    uses: list[str]  # names of variables
    untyped: list[str]  # names of variables
    facts: Facts
    findings: list[Finding]


class Node(TypedDict):
    """The part of a schema that is stored for the module itself and for each local folder that it calls."""

    providers: list[Provider]
    resources: list[Resource]
    calls: list[Call]
    programs: NotRequired[list[Program]]  # absent in old schemas, like `moves` and `tree`
    moves: NotRequired[list[Moved]]
    required_version: NotRequired[str]  # constraints of Terraform's version, blank for any


class Schema(Node):
    """What a module declares: inputs, outputs, providers, resources and calls, with the local folders it calls."""

    variables: list[Variable]
    outputs: list[Output]
    platform: dict[str, Any]  # values of the variables in `declarations.PLATFORM`
    unconfigured: NotRequired[list[str]]  # provider configurations that only a calling module can give it
    tree: NotRequired[dict[str, Node]]  # called folders by their path from the module


def provider_of(row: Resource) -> str:
    """The local name of a resource's provider: the one that it names, or else the first word of its type."""
    return row.get("provider") or row["address"].split(".")[-2].split("_")[0]


def asked(schema: Schema) -> list[Variable]:
    """The variables that are inputs: all except those that the portal injects."""
    return [variable for variable in schema.get("variables", []) if not is_injected(variable)]


def is_injected(variable: Variable) -> bool:
    """Whether the portal sets its value instead of the deployer."""
    return variable.get("injected", False)


def is_ephemeral(variable: Variable) -> bool:
    """Whether its value is asked anew for each run, and stored no longer than it."""
    return variable.get("ephemeral", False)


def ephemeral(schema: Schema) -> list[Variable]:
    return [variable for variable in schema["variables"] if is_ephemeral(variable)]


def is_fixed(variable: Variable) -> bool:
    """Whether only its default can be used, so that nobody is asked for it."""
    return variable.get("fixed", False)


def is_hidden(variable: Variable) -> bool:
    """Whether it is hidden from deployers; `Module.shows_hidden_inputs_to` decides who sees it."""
    return variable.get("group") == HIDDEN_GROUP


def as_seen(schema: Schema, *, sees_hidden: bool) -> Schema:
    """The schema without fixed variables, and without the inputs of the hidden group unless `sees_hidden`."""
    variables = [variable for variable in schema["variables"] if not is_fixed(variable)]
    if not sees_hidden:
        variables = [variable for variable in variables if not is_hidden(variable)]
    return schema | {"variables": variables}


def finding(level: Level, code: str, message: str, file: str = "", line: int | None = None) -> Finding:
    """A finding; its message may quote an expression of any length, so it is cut after LONGEST_MESSAGE characters."""
    if len(message) > LONGEST_MESSAGE:
        message = f"{message[:LONGEST_MESSAGE]}…"
    return {"level": level, "code": code, "message": message, "file": file, "line": line}


def finding_in_file(level: Level, code: str, message: str, line: int) -> Finding:
    """A finding of a file's own answer, which does not know the file's name."""
    return {"level": level, "code": code, "message": message, "line": line}
