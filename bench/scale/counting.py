"""Tells in each answer how many queries it took, whether one skipped rows, and its time of the processor."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

QUERIES, OFFSETS, SECONDS = "X-Bench-Queries", "X-Bench-Offsets", "X-Bench-Seconds"


class Counting:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        statements: list[str] = []

        def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
            statements.append(sql)
            return execute(sql, *rest)

        began = time.thread_time()
        with connection.execute_wrapper(note):
            response = self.get_response(request)
        response[SECONDS] = f"{time.thread_time() - began:.6f}"
        response[QUERIES] = str(len(statements))
        response[OFFSETS] = str(sum(" OFFSET " in sql.upper() for sql in statements))
        return response
