"""The shapes of Terraform's messages: what the portal reads of a line, and nothing of the rest.

Parts stay slices of the line until their reader asks for them, so a line costs some bytes besides its text.
"""

import msgspec

ABSENT = msgspec.Raw()


class Message(msgspec.Struct, gc=False):
    text: str = msgspec.field(name="@message")
    level: str = msgspec.field(name="@level", default="")
    type: str = ""
    code: str = msgspec.field(name="message_code", default="")
    state: msgspec.Raw = ABSENT
    change: msgspec.Raw = ABSENT
    changes: msgspec.Raw = ABSENT
    hook: msgspec.Raw = ABSENT
    diagnostic: msgspec.Raw = ABSENT


class Resource(msgspec.Struct, gc=False):
    address: str = msgspec.field(name="addr")


class ResourceChange(msgspec.Struct, gc=False):
    resource: Resource
    action: str = ""
    previous_resource: Resource | None = None


class Counts(msgspec.Struct, gc=False):
    operation: str
    add: int
    change: int
    remove: int


class Hook(msgspec.Struct, gc=False):
    resource: Resource
    action: str = ""
    elapsed_seconds: float = 0
    provisioner: str = ""
    output: str = ""


class Start(msgspec.Struct, gc=False):
    line: int


class Range(msgspec.Struct, gc=False):
    filename: str
    start: Start


class Snippet(msgspec.Struct, gc=False):
    code: str | None = None
    context: str | None = None
    highlight_start_offset: int | None = None


class Problem(msgspec.Struct, gc=False):
    """Terraform calls it a diagnostic."""

    severity: str
    summary: str
    detail: str = ""
    range: Range | None = None
    snippet: Snippet | None = None


MESSAGES = msgspec.json.Decoder(Message)
CHANGES = msgspec.json.Decoder(ResourceChange)
COUNTS = msgspec.json.Decoder(Counts)
HOOKS = msgspec.json.Decoder(Hook)
PROBLEMS = msgspec.json.Decoder(Problem)
