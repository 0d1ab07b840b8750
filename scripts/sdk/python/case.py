"""What all tests of the SDK share."""

import contextlib
import itertools
import unittest

from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from recorder import Recorder
from sms_server import ACCOUNT, KEY, SERVICES, TOKEN, Server, environment


def client(server, username=ACCOUNT, password=TOKEN):
    """A client that is pointed at a server, and nothing else."""
    made = Client(username, password, ACCOUNT, http_client=Recorder(), environment=environment())
    made.verify.base_url = server.url
    return made


def key_client(server):
    """A client that shows a key in the place of the account's token."""
    return client(server, KEY["sid"], KEY["secret"])


class SdkTest(unittest.TestCase):
    """Tests with a server of their own."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.stop)
        cls.numbers = (f"+861380000{number:04}" for number in itertools.count(1))

    def setUp(self):
        self.client = client(self.server)
        self.verify = self.client.verify.v2
        self.addCleanup(self.client.http_client.session.close)

    def service(self, name):
        """A service by its name in the configuration."""
        return self.verify.services(SERVICES[name])

    def number(self):
        """A mobile number that no other test of this server uses."""
        return next(self.numbers)

    def begin(self, service, number, **more):
        """Begins a verification, or sends its code again."""
        return self.service(service).verifications.create(to=number, channel="sms", **more)

    def check(self, service, number, code):
        """Checks a code of a number."""
        return self.service(service).verification_checks.create(to=number, code=code)

    def check_wrong(self, service, number, times=1):
        """Gives wrong codes for a number, each of which is told to be wrong and no more."""
        code = wrong(self.server.code(number))
        for _ in range(times):
            checked = self.check(service, number, code)
            self.assertEqual((checked.status, checked.valid), ("pending", False))

    @contextlib.contextmanager
    def refused(self, status, code, message):
        """What is done within is refused, as the exception of the SDK and the last answer show."""
        with self.assertRaises(TwilioRestException) as raised:
            yield
        error = raised.exception
        self.assertEqual((error.status, error.code), (status, code))
        self.assertEqual(error.msg.partition(": ")[2], message)
        headers = self.client.http_client.exchanges[-1].headers
        if status in (429, 503):
            self.assertGreaterEqual(int(headers["Retry-After"]), 1)
        else:
            self.assertNotIn("Retry-After", headers)

    def not_found(self, path):
        """What is done within is answered that there is nothing at a path."""
        return self.refused(404, 20404, f"The requested resource {path} was not found")


def wrong(code):
    """Another code of that length."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)
