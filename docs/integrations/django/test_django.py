"""The shop with codes checked both ways, and behind nginx, which asks the service itself."""

import pathlib
import re

from django.conf import settings
from django.test import LiveServerTestCase, override_settings

from journey import Application, Passing, Registering, WithoutService
from page import Page
from processes import TIMEOUT_S, Nginx
from visitor import wrong

ROUTES = pathlib.Path(__file__).with_name("nginx.conf")
TO_DJANGO = "location / { proxy_pass %s; proxy_set_header Host $http_host; }"


class Shop(Application, LiveServerTestCase):
    host = "127.0.0.1"
    path = "/register/"

    @classmethod
    def opens(cls, service_url, redis_url):
        codes = {**settings.CACHES["verify_codes"], "LOCATION": redis_url}
        cls.enterClassContext(override_settings(
            SMS_SERVER_URL=service_url, SMS_SERVER_TIMEOUT_S=TIMEOUT_S,
            CACHES={**settings.CACHES, "verify_codes": codes},
        ))

    @property
    def url(self):
        return self.live_server_url

    def register(self, visitor, mobile, code):
        page = visitor.get(self.url + self.path).text
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
        form = {"csrfmiddlewaretoken": token, "mobile": mobile, "sms_code": code}
        return visitor.post(self.url + self.path, form)

    def assert_refused(self, answer, errmsg, attempts_left=None):
        self.assertEqual(answer.status_code, 200, answer.text)
        more = "" if attempts_left is None else f"，还可以试{attempts_left}次"
        self.assertEqual(re.findall(r'<p role="alert">(.*?)</p>', answer.text), [errmsg + more])


class BehindNginx(Shop):
    @classmethod
    def opens(cls, service_url, redis_url):
        super().opens(service_url, redis_url)
        routes = ROUTES.read_text().replace("http://127.0.0.1:8100", service_url)
        cls.routes = routes.replace("10s", f"{TIMEOUT_S}s")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nginx = cls.enterClassContext(Nginx(cls.routes + TO_DJANGO % cls.live_server_url))

    @property
    def url(self):
        return self.nginx.url


class AskingTheService(Passing, Registering, Page, Shop):
    pass


class ReadingRedis(Shop):
    path = "/register_as_before/"

    def test_a_code_is_good_once(self):
        mobile, code = self.visitor.mobile, self.sent(self.visitor)
        self.assert_refused(self.register(self.visitor, mobile, wrong(code)), "输入短信验证码有误")
        self.assertEqual(self.code(self.visitor), code)
        self.assert_registered(self.register(self.visitor, mobile, code))
        self.assertIsNone(self.code(self.visitor))
        self.assert_refused(self.register(self.visitor, mobile, code), "手机号已注册")

    def test_no_code_is_right_where_there_is_none(self):
        answer = self.register(self.visitor, self.visitor.mobile, "123456")
        self.assert_refused(answer, "短信验证码失效")

    def test_a_store_out_of_reach_is_told(self):
        code = self.sent(self.visitor)
        with self.redis.frozen():
            answer = self.register(self.visitor, self.visitor.mobile, code)
        self.assert_unavailable(answer)


class AskingBehindNginx(Passing, Registering, Page, BehindNginx):
    def test_nobody_else_uses_up_the_attempts_at_a_code(self):
        code = self.sent(self.visitor)
        path = f"/sms_codes/{self.visitor.mobile}/verify"
        for end in ("", "/"):
            answer = self.visitor.post(self.url + path + end, {"sms_code": code})
            self.assertEqual(answer.status_code, 404)
        self.assertEqual(self.code(self.visitor), code)


class WithoutTheService(WithoutService, Shop):
    pass


class BehindNginxWithoutTheService(WithoutService, BehindNginx):
    pass
