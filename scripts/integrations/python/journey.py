"""What a visitor goes through in every application, whatever it is made with.

Each application mixes these into its tests: `Passing`, if it passes requests on to the service, and
`Registering`; and `WithoutService`, in a class of its own.
"""

import tomllib
import uuid

from processes import CONFIG, Redis, Service, nobody
from visitor import Visitor, wrong

PICTURES_A_MINUTE = int(tomllib.loads(CONFIG.read_text())["limits"]["image_per_ip"][0].partition("/")[0])
UNAVAILABLE = {"code": 400, "errmsg": "服务暂不可用", "outcome": "unavailable", "retry_after": 1}


class Application:
    """An application, with the service beneath it and a visitor.

    `opens` is given the service; `url` is where the application is from then on, and `pictures` where
    it says that pictures are. `passes_on` tells whether it passes requests for these on.
    """

    service_url = None
    passes_on = True

    @classmethod
    def setUpClass(cls):
        cls.redis = cls.enterClassContext(Redis())
        cls.service = cls.enterClassContext(Service(cls.redis))
        cls.opens(cls.service_url or cls.service.url, cls.redis.url)
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.visitor = self.visits()

    @property
    def pictures(self):
        return self.url

    def visits(self):
        """Another visitor."""
        return self.enterContext(Visitor())

    def register(self, visitor, mobile, code):
        """Registers a number with a code."""
        return visitor.post(f"{self.url}/register/", {"mobile": mobile, "sms_code": code})

    def assert_registered(self, answer):
        self.assertEqual(answer.status_code, 201, answer.text)

    def assert_refused(self, answer, errmsg, attempts_left=None):
        self.assertEqual(answer.status_code, 400, answer.text)
        said = answer.json()
        self.assertEqual((said["errmsg"], said.get("attempts_left")), (errmsg, attempts_left))

    def assert_unavailable(self, answer):
        self.assertEqual(answer.status_code, 503, answer.text)
        self.assertRegex(answer.headers["Retry-After"], r"^[1-9]\d*$")
        self.assertIn("服务暂不可用", answer.text)

    def picture(self, visitor):
        """Looks at a picture; gives its name and its text."""
        name = str(uuid.uuid4())
        self.assertEqual(visitor.get(f"{self.pictures}/image_codes/{name}/").status_code, 200)
        return name, self.redis.client.get(f"img_{name}")

    def send(self, visitor, name, text, url=None):
        """Asks for a code for the visitor's number."""
        query = {"image_code": text, "image_code_id": name}
        return visitor.get(f"{url or self.pictures}/sms_codes/{visitor.mobile}/", params=query)

    def code(self, visitor):
        """The code that was sent to a visitor, or None."""
        return self.redis.client.get(f"sms_{visitor.mobile}")

    def sent(self, visitor):
        """Gets a code, and gives it."""
        answer = self.send(visitor, *self.picture(visitor))
        self.assertEqual((answer.status_code, answer.json()["outcome"]), (200, "sent"))
        return self.code(visitor)


class Passing(Application):
    """The application passes pictures and sends on to the service."""

    def test_pictures_recordings_and_the_component_come_through(self):
        for path, kind, beginning, cached in (
            ("/image_codes/a-1_B/", "image/png", b"\x89PNG", "no-store"),
            ("/image_codes/a-1_B/?type=audio&lang=en", "audio/wav", b"RIFF", "no-store"),
            ("/sms-code.js", "text/javascript", b"", "public, max-age=300"),
        ):
            with self.subTest(path=path):
                answer = self.visitor.get(self.url + path)
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.headers["Content-Type"].partition(";")[0], kind)
                self.assertEqual(answer.headers["Cache-Control"], cached)
                self.assertTrue(answer.content.startswith(beginning))
                self.assertIn("X-Request-Id", answer.headers)
        self.assertRegex(self.redis.client.get("img_a-1_B"), r"^\d+$")

    def test_refusals_come_through_unchanged(self):
        name, text = self.picture(self.visitor)
        wrong_text = "".join("A" if letter != "A" else "B" for letter in text)
        answer = self.send(self.visitor, name, wrong_text)
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(
            answer.json(),
            {"code": 400, "errmsg": "输入图形验证码有误", "outcome": "image_mismatch"},
        )
        for name, text in ((name, text), ("", ""), ("图", "&=é %")):
            by_application = self.send(self.visitor, name, text)
            by_service = self.send(self.visitor, name, text, self.service.url)
            self.assertEqual(by_application.status_code, by_service.status_code)
            self.assertEqual(by_application.content, by_service.content)
        self.assertIsNone(self.code(self.visitor))

    def test_numbers_come_through_as_they_were_written(self):
        mobile = self.visitor.mobile
        for written, outcome in (
            (mobile, "image_missing"), (f"+86{mobile}", "image_missing"), (f"%2B86{mobile}", "image_missing"),
            ("1380013800", "bad_mobile"), ("%E5%9B%BE", "bad_mobile"), ("138.0013.8000", "bad_mobile"),
        ):
            with self.subTest(written=written):
                path = f"/sms_codes/{written}/?image_code=a&image_code_id=b"
                said = self.visitor.get(self.url + path).json()
                self.assertEqual(said["outcome"], outcome)

    def test_what_to_wait_comes_through(self):
        self.sent(self.visitor)
        answer = self.send(self.visitor, *self.picture(self.visitor))
        said = answer.json()
        self.assertEqual(said["outcome"], "mobile_too_often")
        self.assertEqual(answer.headers["Retry-After"], str(said["retry_after"]))
        self.assertIn('"number-60s";q=1;w=60', answer.headers["RateLimit-Policy"])
        self.assertRegex(answer.headers["RateLimit"], r'"number-60s";r=0;t=\d+')

    def test_an_address_has_one_limit_whatever_it_says(self):
        def looks(visitor, number):
            address = f"198.51.100.{number}"
            forged = {"X-Forwarded-For": address, "Forwarded": f"for={address}"}
            answer = visitor.get(f"{self.url}/image_codes/{uuid.uuid4()}/", headers=forged)
            return answer.headers["Content-Type"]

        kinds = [looks(self.visitor, number) for number in range(PICTURES_A_MINUTE + 1)]
        self.assertEqual(kinds, ["image/png"] * PICTURES_A_MINUTE + ["application/json"])
        self.assertEqual(looks(self.visits(), 0), "image/png")

    def test_nothing_is_sent_to_who_only_asks_for_headers(self):
        name, text = self.picture(self.visitor)
        query = {"image_code": text, "image_code_id": name}
        answer = self.visitor.head(f"{self.url}/sms_codes/{self.visitor.mobile}/", params=query)
        self.assertEqual(answer.status_code, 405)
        self.assertIsNone(self.code(self.visitor))
        self.assertEqual(self.redis.client.get(f"img_{name}"), text)

    def test_no_path_leads_elsewhere_in_the_service(self):
        demo_page = self.visitor.get(f"{self.service.url}/").content
        for path in (
            "/image_codes/../", "/image_codes/%2e%2e/", "/image_codes/..%2fdev%2foutbox/",
            "/sms_codes/../", "/sms_codes/%2E./", "/sms_codes/..%2Fdev%2Foutbox/", "/dev/outbox",
            "/sms_codes/%2e%2e%3f/", "/image_codes/%2e%2e%23/",
        ):
            with self.subTest(path=path):
                status, body = self.visitor.get_untidied(self.url, path)
                self.assertLess(status, 500)
                self.assertNotEqual(body, demo_page)
                self.assertNotIn(b'"sent_at"', body)

    def test_a_store_out_of_reach_comes_through(self):
        with self.redis.frozen():
            answer = self.visitor.get(f"{self.url}/image_codes/{uuid.uuid4()}/")
        self.assert_unavailable(answer)
        seconds = int(answer.headers["Retry-After"])
        self.assertEqual(answer.json(), {**UNAVAILABLE, "retry_after": seconds})

    def test_a_service_that_says_nothing_is_unavailable(self):
        with self.service.frozen():
            answer = self.visitor.get(f"{self.url}/image_codes/{uuid.uuid4()}/")
        self.assert_unavailable(answer)
        self.assertEqual(answer.json(), UNAVAILABLE)


class Registering(Application):
    """The application has codes checked by the service when somebody registers."""

    def test_a_code_is_good_once(self):
        code = self.sent(self.visitor)
        used = self.visitor.post(
            f"{self.service.url}/sms_codes/{self.visitor.mobile}/verify/", {"sms_code": code},
        )
        self.assertEqual(used.json()["outcome"], "verified")
        answer = self.register(self.visitor, self.visitor.mobile, code)
        self.assert_refused(answer, "短信验证码失效")

    def test_a_number_is_registered_once_and_costs_no_code_then(self):
        mobile, code = self.visitor.mobile, self.sent(self.visitor)
        self.assert_registered(self.register(self.visitor, mobile, code))
        self.assertIsNone(self.code(self.visitor))
        self.redis.client.set(f"sms_{mobile}", code, ex=60)
        self.assert_refused(self.register(self.visits(), mobile, code), "手机号已注册")
        self.assertEqual(self.code(self.visitor), code)

    def test_a_wrong_code_says_how_many_more_may_be_tried(self):
        code = self.sent(self.visitor)
        for left in (4, 3):
            answer = self.register(self.visitor, self.visitor.mobile, wrong(code))
            self.assert_refused(answer, "输入短信验证码有误", left)
        self.assert_registered(self.register(self.visitor, self.visitor.mobile, code))

    def test_codes_can_t_be_guessed(self):
        code = self.sent(self.visitor)
        for left in (4, 3, 2, 1, 0):
            answer = self.register(self.visitor, self.visitor.mobile, wrong(code))
            self.assert_refused(answer, "输入短信验证码有误", left)
        self.assert_refused(self.register(self.visitor, self.visitor.mobile, code), "错误次数过多")

    def test_a_number_has_one_form(self):
        code = self.sent(self.visitor)
        for mobile in (f"+86{self.visitor.mobile}", f"{self.visitor.mobile}/../x", "..", "1380013800"):
            with self.subTest(mobile=mobile):
                self.assert_refused(self.register(self.visitor, mobile, code), "手机号格式不正确")
        self.assert_registered(self.register(self.visitor, self.visitor.mobile, code))

    def test_a_code_outlasts_a_service_that_can_t_be_asked(self):
        code = self.sent(self.visitor)
        for what in (self.redis, self.service):
            with self.subTest(what=type(what).__name__):
                with what.frozen():
                    answer = self.register(self.visitor, self.visitor.mobile, wrong(code))
                self.assert_unavailable(answer)
        self.assert_registered(self.register(self.visitor, self.visitor.mobile, code))


class WithoutService(Application):
    """The service is not there at all."""

    @classmethod
    def setUpClass(cls):
        cls.service_url = nobody()
        super().setUpClass()

    def test_pictures_and_sends_are_unavailable(self):
        paths = ("/image_codes/a/", "/sms_codes/13800138000/?image_code=a&image_code_id=b", "/sms-code.js")
        for path in paths if self.passes_on else ():
            with self.subTest(path=path):
                answer = self.visitor.get(self.url + path)
                self.assert_unavailable(answer)
                self.assertEqual(answer.headers["Cache-Control"], "no-store")
                self.assertEqual(answer.json(), UNAVAILABLE)

    def test_registering_is_unavailable(self):
        self.assert_unavailable(self.register(self.visitor, self.visitor.mobile, "123456"))
