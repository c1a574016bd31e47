"""Without Redis every page keeps working; only workers wake later."""

import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

from tests.people import PASSWORD

NOBODY_THERE = "redis://127.0.0.1:9/0"


class Browser:
    def __init__(self, url: str):
        self.url, self.jar = url, CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def get(self, path: str) -> tuple[int, str]:
        """Status and path of the response after redirects."""
        return self._open(path, None)

    def post(self, path: str, **fields) -> tuple[int, str]:
        token = next(cookie.value for cookie in self.jar if cookie.name == "csrftoken")
        return self._open(path, urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token}).encode())

    def _open(self, path, data):
        try:
            answer = self.opener.open(f"{self.url}{path}", data, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.url.removeprefix(self.url)


def test_people_sign_in_without_redis(server, carol):
    browser = Browser(server(env={"REDIS_URL": NOBODY_THERE}).url)
    assert browser.get("/accounts/login/") == (200, "/accounts/login/")
    assert browser.post("/accounts/login/", login=carol.email, password="wrong")[0] == 422
    assert browser.post("/accounts/login/", login=carol.email, password=PASSWORD) == (200, "/")
