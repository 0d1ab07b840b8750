"""What went over the wire below the SDK."""

from typing import NamedTuple

from twilio.http.http_client import TwilioHttpClient

import schemas


class Exchange(NamedTuple):
    """A request and its answer."""

    method: str
    url: str
    status: int
    headers: dict
    operation: tuple | None


class Recorder(TwilioHttpClient):
    """The SDK's own HTTP client. It holds every answer against Twilio's schemas and notes it."""

    def __init__(self):
        super().__init__()
        self.exchanges = []

    def request(self, method, url, *arguments, **named):
        answer = super().request(method, url, *arguments, **named)
        operation = schemas.check(method, url, answer.status_code, answer.text)
        exchange = Exchange(method, url, answer.status_code, answer.headers, operation)
        self.exchanges.append(exchange)
        return answer
