"""Every operation in Twilio's description is answered as it says there."""

import jsonschema

import schemas
from case import SdkTest

COMPLAINTS = (AssertionError, jsonschema.ValidationError)


class Schemas(SdkTest):
    def test_every_operation_is_answered_as_its_schema_says(self):
        self.walk_verifications()
        self.walk_attempts()
        self.walk_safe_list()
        self.walk_rate_limits()
        seen = {exchange.operation for exchange in self.client.http_client.exchanges}
        self.assertEqual(seen, schemas.operations())

    def walk_verifications(self):
        self.verify.services.list()
        self.service("shop").fetch()
        number = self.number()
        self.begin("shop", number).fetch().update(status="canceled")
        self.begin("shop", number)
        self.check("shop", number, self.server.code(number))

    def walk_attempts(self):
        newest, *_ = self.verify.verification_attempts.list(limit=1)
        newest.fetch()
        self.verify.verification_attempts_summary().fetch()

    def walk_safe_list(self):
        self.verify.safelist.create(phone_number=self.number()).fetch().delete()

    def walk_rate_limits(self):
        limits = self.service("shop").rate_limits
        limit = limits.create(unique_name="device").fetch().update(description="one device")
        buckets = limits(limit.sid).buckets
        bucket = buckets.create(max=1, interval=60).fetch().update(max=2)
        self.assertEqual(len(buckets.list()), 1)
        self.assertEqual(len(limits.list()), 1)
        bucket.delete()
        limit.delete()


class Checks(SdkTest):
    """What the checks of answers are worth: answers that are wrong do not pass."""

    def test_an_answer_that_is_not_as_described_is_complained_of(self):
        limit = self.service("shop").rate_limits.create(unique_name="device")
        bucket = self.service("shop").rate_limits(limit.sid).buckets.create(max=1, interval=60)
        url = bucket.url
        good = self.client.http_client.session.get(url, auth=self.client.auth).json()
        self.assertIsNotNone(schemas.check_value("get", url, 200, good))
        rows = [
            ("max", "1"), ("max", None), ("sid", "BL1"), ("date_created", "2026-11-22 10:20:30"),
            ("date_updated", "2026-11-22T10:20:30.5Z"), ("url", "/v2/Services"), ("more", 1),
        ]
        for name, value in rows:
            with self.subTest(name=name, value=value), self.assertRaises(COMPLAINTS):
                schemas.check_value("get", url, 200, {**good, name: value})
        del good["interval"]
        with self.assertRaises(COMPLAINTS):
            schemas.check_value("get", url, 200, good)

    def test_an_error_that_is_not_as_described_is_complained_of(self):
        good = {
            "code": 20404, "message": "x", "status": 404,
            "more_info": "https://www.twilio.com/docs/errors/20404",
        }
        schemas.check_value("get", "http://x/v2/Nothing", 404, good)
        for name, value in [("code", "20404"), ("status", 400), ("more_info", "x"), ("type", "x")]:
            with self.subTest(name=name, value=value), self.assertRaises(COMPLAINTS):
                schemas.check_value("get", "http://x/v2/Nothing", 404, {**good, name: value})
