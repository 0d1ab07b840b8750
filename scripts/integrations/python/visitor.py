"""Somebody who visits an application, from an address of this machine's own."""

import http.client
import itertools
import urllib.parse

import requests

PATIENCE_S = 20
# Those from 127.0.1.1 on: the applications themselves call from 127.0.0.1.
_ADDRESSES = (f"127.0.{one}.{other}" for one in range(1, 256) for other in range(1, 255))
_NUMBERS = (f"1380000{number:04}" for number in itertools.count(1))


class Visitor(requests.Session):
    """A visitor with an address and a number that nobody else has."""

    def __init__(self):
        super().__init__()
        self.trust_env = False
        self.address = next(_ADDRESSES)
        self.mobile = next(_NUMBERS)
        self.mount("http://", _From(self.address))

    def request(self, *arguments, **named):
        """Asks for something, and does not wait for ever."""
        return super().request(*arguments, timeout=PATIENCE_S, **named)

    def get_untidied(self, url, path):
        """The status and the body of the answer to a path that no client tidies up before."""
        connection = http.client.HTTPConnection(
            urllib.parse.urlsplit(url).netloc, source_address=(self.address, 0), timeout=PATIENCE_S,
        )
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class _From(requests.adapters.HTTPAdapter):
    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **named):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **named)


def wrong(code):
    """Another code of that length."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)
