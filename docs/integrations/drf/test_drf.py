"""The API, beside the service from which its pages get pictures and codes."""

from django.test import LiveServerTestCase, override_settings

from journey import Application, Registering, WithoutService
from processes import TIMEOUT_S


class Api(Application, LiveServerTestCase):
    host = "127.0.0.1"
    passes_on = False

    @classmethod
    def opens(cls, service_url, redis_url):
        cls.enterClassContext(override_settings(SMS_SERVER_URL=service_url, SMS_SERVER_TIMEOUT_S=TIMEOUT_S))

    @property
    def url(self):
        return self.live_server_url

    @property
    def pictures(self):
        return self.service.url

    def assert_refused(self, answer, errmsg, attempts_left=None):
        self.assertEqual(answer.status_code, 400, answer.text)
        more = "" if attempts_left is None else f"，还可以试{attempts_left}次"
        self.assertIn(answer.json(), ({"sms_code": [errmsg + more]}, {"mobile": [errmsg]}))


class AskingTheService(Registering, Api):
    pass


class WithoutTheService(WithoutService, Api):
    pass
