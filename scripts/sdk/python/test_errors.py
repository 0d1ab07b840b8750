"""Every limit and refusal that a client can run into, as the SDK's exception shows it."""

from case import SdkTest, client, key_client, wrong
from sms_server import ACCOUNT, SERVICES

BLOCKED = "The destination phone number has been temporarily blocked due to suspicious activity"
GEO = ("The destination phone number has been blocked by Verify Geo-Permissions. FR is blocked for "
       "sms channel for all services")
UNAVAILABLE = "Service is unavailable. Please try again"


class Errors(SdkTest):
    def test_20003_wrong_credentials(self):
        self.client = client(self.server, ACCOUNT, 32 * "0")
        self.addCleanup(self.client.http_client.session.close)
        with self.refused(401, 20003, "Authenticate"):
            self.client.verify.v2.services(SERVICES["shop"]).fetch()
        challenge = self.client.http_client.exchanges[-1].headers["WWW-Authenticate"]
        self.assertTrue(challenge.startswith("Basic"), challenge)

    def test_20004_a_service_is_configured_and_not_made(self):
        with self.refused(405, 20004, "Method not allowed"):
            self.verify.services.create(friendly_name="x")
        self.assertEqual(self.client.http_client.exchanges[-1].headers["Allow"], "GET")

    def test_20403_a_key_that_is_not_for_this(self):
        self.client = key_client(self.server)
        self.addCleanup(self.client.http_client.session.close)
        with self.refused(403, 20403, "Forbidden"):
            self.client.verify.v2.services(SERVICES["shop"]).rate_limits.create("x")

    def test_20404_nothing_there(self):
        nowhere = "VA" + 32 * "f"
        with self.not_found(f"/Services/{nowhere}/Verifications"):
            self.verify.services(nowhere).verifications.create(to=self.number(), channel="sms")
        with self.not_found(f"/Services/{SERVICES['shop']}/VerificationCheck"):
            self.check("shop", self.number(), "123456")
        with self.not_found("/Forms/form-push"):
            self.verify.forms("form-push").fetch()

    def test_20429_a_bucket_is_full(self):
        limit = self.service("shop").rate_limits.create(unique_name="end_user_ip")
        self.service("shop").rate_limits(limit.sid).buckets.create(max=1, interval=3600)
        address = {"end_user_ip": "203.0.113.7"}
        first, second = self.number(), self.number()
        self.begin("shop", first, rate_limits=address)
        with self.refused(429, 20429, "Too many requests"):
            self.begin("shop", second, rate_limits=address)
        self.assertEqual(self.server.outbox(second), [])
        self.begin("shop", second, rate_limits={"end_user_ip": "203.0.113.8"})

    def test_20503_no_sender_takes_it_and_nothing_is_left(self):
        number = self.number()
        with self.refused(503, 20503, UNAVAILABLE):
            self.begin("silent", number)
        with self.not_found(f"/Services/{SERVICES['silent']}/VerificationCheck"):
            self.check("silent", number, "123456")

    def test_60200_what_can_not_be(self):
        verifications = self.service("shop").verifications
        with self.refused(400, 60200, "Invalid parameter `To`: 138****8000"):
            verifications.create(to="13800138000", channel="sms")
        with self.refused(400, 60200, "Invalid parameter: To"):
            verifications.create(to="me", channel="sms")
        with self.refused(400, 60200, "Invalid parameter: Channel"):
            verifications.create(to=self.number(), channel="pigeon")
        with self.refused(400, 60200, "Invalid parameter: CustomCode"):
            self.begin("custom", self.number(), custom_code="123")
        with self.refused(400, 60200, "Invalid parameter: Code"):
            self.check("shop", self.number(), "123")
        begun = self.begin("shop", self.number())
        with self.refused(400, 60200, "Invalid parameter: Status"):
            begun.update(status="pending")

    def test_60202_checks_are_used_up(self):
        number = self.number()
        begun = self.begin("shop", number)
        self.check_wrong("shop", number, times=5)
        self.assertEqual(begun.fetch().status, "max_attempts_reached")
        with self.refused(429, 60202, "Max check attempts reached"):
            self.check("shop", number, self.server.code(number))
        with self.refused(429, 60202, "Max check attempts reached"):
            self.begin("shop", number)

    def test_60203_sends_are_used_up(self):
        number = self.number()
        for sent in range(1, 6):
            self.assertEqual(len(self.begin("shop", number).send_code_attempts), sent)
        with self.refused(429, 60203, "Max send attempts reached"):
            self.begin("shop", number)
        self.assertEqual(self.check("shop", number, self.server.code(number)).status, "approved")

    def test_60204_codes_of_ones_own_are_off(self):
        with self.refused(403, 60204, "Service does not support this feature"):
            self.begin("shop", self.number(), custom_code="123456")

    def test_60205_a_landline(self):
        with self.refused(403, 60205, "SMS is not supported by landline phone number"):
            self.begin("shop", "+861065529988")

    def test_60212_a_number_too_often(self):
        number = self.number()
        self.begin("paced", number)
        with self.refused(429, 60212, "Too many concurrent requests for phone number"):
            self.begin("paced", number)
        retry_after = int(self.client.http_client.exchanges[-1].headers["Retry-After"])
        self.assertLessEqual(retry_after, 3600)
        self.assertGreater(retry_after, 3500)

    def test_60221_a_check_of_nothing(self):
        with self.refused(400, 60221, "No target verification specified"):
            self.service("shop").verification_checks.create(code="123456")

    def test_60223_channels_that_there_are_not(self):
        for channel in ("call", "email", "whatsapp", "sna"):
            with self.refused(400, 60223, f"Delivery channel disabled: {channel.upper()}"):
                self.service("shop").verifications.create(to=self.number(), channel=channel)

    def test_60410_a_number_with_too_many_wrong_codes_unless_it_is_safe(self):
        number = self.number()
        self.begin("patient", number)
        self.check_wrong("patient", number, times=7)
        with self.refused(429, 60202, "Max check attempts reached"):
            self.check("patient", number, wrong(self.server.code(number)))
        for service in ("patient", "shop"):
            with self.refused(403, 60410, BLOCKED):
                self.begin(service, number)
        self.verify.safelist.create(phone_number=number)
        self.assertEqual(self.begin("shop", number).status, "pending")

    def test_60605_a_region_that_is_off_unless_the_number_is_safe(self):
        number = "+33612345678"
        with self.refused(403, 60605, GEO):
            self.begin("shop", number)
        self.verify.safelist.create(phone_number=number)
        self.assertEqual(self.begin("shop", number).to, number)
