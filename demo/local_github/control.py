"""Control over HTTP: `POST /_control` with `{"do": "fail", "mode": "hang"}`.

`do` names a method of `LocalGitHub`, the other keys are its arguments.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from demo.local_github.git import GitFailed
from demo.local_github.http import Answer, Request, as_json

VERBS = (
    "add_repository",
    "add_tag",
    "add_token",
    "add_webhook",
    "clear",
    "commit",
    "delete_branch",
    "delete_repository",
    "delete_tag",
    "deliveries",
    "fail",
    "force_push",
    "head",
    "redeliver",
    "rename_branch",
    "rename_repository",
    "reset",
    "revoke",
    "settle",
)


class Control:
    """Calls the given verbs by name."""

    def __init__(self, verbs: Mapping[str, Callable[..., Any]]):
        self.verbs = verbs

    def answer(self, request: Request) -> Answer:
        """Do what the request says and answer `{"result": …}`; 422 with the error otherwise.

        Only JSON is taken, so that no page of another origin can post here without a preflight.
        """
        kind = request.headers.get("content-type", "").split(";")[0]
        if request.method != "POST" or kind != "application/json":
            return as_json({"error": "POST application/json"}, status=405)
        try:
            result = self._call(**json.loads(request.body))
        except (GitFailed, KeyError, TypeError, ValueError) as error:
            return as_json({"error": f"{type(error).__name__}: {error}"}, status=422)
        return as_json({"result": result})

    def _call(self, do: str, **arguments: Any) -> Any:
        if "expires_at" in arguments:
            arguments["expires_at"] = datetime.fromisoformat(arguments["expires_at"])
        result = self.verbs[do](**arguments)
        if isinstance(result, list):
            return [asdict(row) for row in result]
        return asdict(result) if is_dataclass(result) and not isinstance(result, type) else result
