"""The verification service, as programs in Python see it. This file is to be copied; it needs requests."""

import dataclasses
import json
import logging
import re
from urllib.parse import quote

import requests

# A number as the service writes it, and <sms-code> with it. What has one form only has one account.
MOBILE = re.compile(r"1[3-9][0-9]{9}|\+(?!86)[1-9][0-9]{6,14}")

BAD_MOBILE = {"code": 400, "errmsg": "手机号格式不正确", "outcome": "bad_mobile"}
# What the service says itself when it can't reach its store.
UNAVAILABLE = {"code": 400, "errmsg": "服务暂不可用", "outcome": "unavailable", "retry_after": 1}

# The headers that are about what was asked for. All others are about the connection to the service.
PASSED_ON = (
    "Allow", "Cache-Control", "Content-Type", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id",
)

log = logging.getLogger(__name__)


class Refused(Exception):
    """The code does not count. `answer` is what the service said: `errmsg`, `outcome` and so on."""

    def __init__(self, answer):
        super().__init__(answer["outcome"])
        self.answer = answer

    @property
    def complaint(self):
        """What to tell the person."""
        left = self.answer.get("attempts_left")
        return self.answer["errmsg"] if left is None else f"{self.answer['errmsg']}，还可以试{left}次"


class Unavailable(Exception):
    """Nobody knows whether the code counts. `answer` is what to say."""

    def __init__(self, answer):
        super().__init__(answer["outcome"])
        self.answer = answer


@dataclasses.dataclass(frozen=True)
class Forwarded:
    """An answer that is to be passed on as it is."""

    status: int
    headers: dict
    body: bytes


class SmsServer:
    """The service at an address, such as `http://127.0.0.1:8100`.

    `timeout` is in seconds. It must be more than the service takes to give up on its senders
    (`gateway.deadline_ms`, 8 seconds).
    """

    def __init__(self, url, timeout=10):
        self.url = url.rstrip("/")
        self.timeout = timeout

    def check(self, mobile, sms_code):
        """Uses up the code of a number, and returns if it was right.

        Raises Refused or Unavailable. A right code counts once, so everything else that somebody
        may be refused for is to be looked at before.
        """
        if not MOBILE.fullmatch(mobile):
            raise Refused(BAD_MOBILE)
        try:
            answer = self._request(
                "POST", f"/sms_codes/{segment(mobile)}/verify/", json={"sms_code": sms_code},
            )
            said = answer.json()
            is_right = said["code"] == 0
        except (requests.RequestException, LookupError, TypeError) as error:
            raise Unavailable(self._complain(error)) from None
        if answer.status_code == 503:
            raise Unavailable(said)
        if not is_right:
            raise Refused(said)

    def forward(self, path, *, method="GET", query="", peer="", forwarded_for=""):
        """Asks for a path in the name of somebody else, and gives the answer that is to be passed on.

        `query` is the query string as it came. `peer` is the address that the request came from, and
        `forwarded_for` its header X-Forwarded-For. If there is no answer, what is given says so.
        """
        # As every proxy does it: the service believes this list from its end, as far as it has been
        # told to (`server.trusted_proxies`), so that what a client puts at its beginning is void.
        # A server behind a Unix socket has no peer; the proxy before it has written the list then.
        hops = ", ".join(hop for hop in (forwarded_for, peer) if hop)
        try:
            answer = self._request(
                method, f"{path}?{query}" if query else path,
                headers={"X-Forwarded-For": hops} if hops else None,
            )
        except requests.RequestException as error:
            return unavailable(self._complain(error))
        headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
        return Forwarded(answer.status_code, headers, answer.content)

    def _request(self, method, path, **more):
        return requests.request(
            method, self.url + path, timeout=self.timeout, allow_redirects=False, **more,
        )

    def _complain(self, error):
        # The text of the error has the path in it, and so the number.
        log.error("the verification service gave no answer: %s", type(error).__name__)
        return UNAVAILABLE


def segment(text):
    """A text as one part of a path.

    No name of a picture and no number has a dot in it. Encoded twice, it does not lead to another path
    of the service, and the service says what is wrong with it.
    """
    return quote(text, safe="").replace(".", "%252E")


def unavailable(answer):
    """The HTTP answer that says that nobody knows."""
    headers = {
        "Content-Type": "application/json", "Cache-Control": "no-store",
        "Retry-After": str(answer.get("retry_after", 1)),
    }
    return Forwarded(503, headers, json.dumps(answer, ensure_ascii=False).encode())
