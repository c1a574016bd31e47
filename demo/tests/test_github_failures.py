"""Making the local GitHub fail as GitHub does."""

import json
import threading
import time

import pytest
import requests
from github import BadCredentialsException, GithubException, RateLimitExceededException, UnknownObjectException

from demo.tests.asking import ask, client

CLOUD = "alice-example/cloud-modules"


def login(github, **options) -> str:
    return client(github, **options).get_user().login


@pytest.mark.parametrize(
    ("mode", "status", "error"),
    [
        ("401", 401, BadCredentialsException),
        ("403", 403, GithubException),
        ("rate_limit", 403, RateLimitExceededException),
        ("secondary_limit", 429, GithubException),
        ("404", 404, UnknownObjectException),
        ("5xx", 502, GithubException),
    ],
)
def test_failure_reaches_the_client_as_its_own_error(github, mode, status, error):
    github.fail(mode)
    with pytest.raises(error) as raised:
        login(github)
    assert raised.value.status == status
    github.clear()
    assert login(github) == "alice-example"


def test_rate_limit_says_when_it_ends(github):
    github.fail("rate_limit")
    reply = ask(github.url, "/user")
    assert reply.headers["x-ratelimit-remaining"] == "0"
    assert 1700 < int(reply.headers["x-ratelimit-reset"]) - time.time() <= 1800
    assert reply.json["message"].startswith("API rate limit exceeded")


def test_secondary_limit_says_how_long_to_wait(github):
    github.fail("secondary_limit")
    assert ask(github.url, "/user").headers["retry-after"] == "60"


def test_broken_gateway_answers_html(github):
    github.fail("5xx")
    reply = ask(github.url, "/user")
    assert reply.headers["content-type"].startswith("text/html")
    assert b"<html>" in reply.body


def test_failure_ends_after_its_times_and_keeps_to_its_paths(github):
    github.fail("404", path_prefix="/repos/", times=2)
    statuses = [ask(github.url, path).status for path in ("/user", f"/repos/{CLOUD}", "/user")]
    assert statuses == [200, 404, 200]
    assert [ask(github.url, f"/repos/{CLOUD}").status for _ in range(2)] == [404, 200]


def test_other_origin_can_fail_alone(github):
    github.fail("5xx", origin="codeload")
    link = client(github).get_repo(CLOUD).get_archive_link("tarball", "main")
    assert ask(link, token=None).status == 502


def test_unknown_mode_is_refused(github):
    with pytest.raises(ValueError, match="'slow' is none of 401, 403"):
        github.fail("slow")


def test_hanging_request_times_out(github):
    github.fail("hang", times=1)
    with pytest.raises(requests.exceptions.ReadTimeout):
        login(github, timeout=1)
    assert login(github) == "alice-example"


def test_clearing_lets_hanging_requests_go(github):
    github.fail("hang")
    ended = []

    def hang():
        with pytest.raises(ConnectionError):
            ask(github.url, "/user")
        ended.append(True)

    thread = threading.Thread(target=hang)
    thread.start()
    time.sleep(0.1)
    assert ended == []
    github.clear()
    thread.join(timeout=5)
    assert ended == [True]


def test_redirect_to_another_origin_is_not_followed_with_the_token(github):
    github.fail("redirect")
    reply = ask(github.url, "/user")
    assert (reply.status, reply.headers["location"]) == (301, f"{github.codeload.url}/user")
    with pytest.raises(RuntimeError):
        login(github)
    assert [row for row in github.requests if row.origin == "codeload"] == []


def test_log_tells_who_asked_with_a_token(github):
    ask(github.url, "/user")
    ask(github.url, "/user", token=None)
    assert [(row.method, row.path, row.status, row.had_authorization) for row in github.requests] == [
        ("GET", "/user", 200, True),
        ("GET", "/user", 401, False),
    ]


def control(github, content_type="application/json", **order):
    body = json.dumps(order).encode()
    return ask(github.url, "/_control", method="POST", body=body, token=None, Content_Type=content_type)


def test_switch_can_be_turned_over_http(github):
    assert control(github, do="fail", mode="401", times=1).json == {"result": None}
    assert ask(github.url, "/user").status == 401
    sha = control(github, do="commit", full_name=CLOUD, files={"new.txt": "new"}).json["result"]
    assert sha == github.head(CLOUD)
    control(github, do="add_token", token="ghp_late", login="alice-example", expires_at="2020-01-01T00:00:00+00:00")
    assert ask(github.url, "/user", token="ghp_late").status == 401
    assert [row["status"] for row in control(github, do="requests").json["result"]] == [401, 401]
    control(github, do="reset")
    assert ask(github.url, "/user").status == 200
    assert github.head(CLOUD) != sha


def test_switch_refuses_what_it_does_not_know(github):
    assert control(github, do="stop").status == 422
    assert control(github, do="commit", full_name="no/such", files={}).status == 422
    assert control(github, do="fail", mode="slow").json["error"].startswith("ValueError: 'slow' is none of")
    assert control(github, "text/plain", do="clear").status == 405
