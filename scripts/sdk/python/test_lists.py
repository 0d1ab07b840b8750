"""Services, and the attempts and their figures."""

from datetime import datetime, timedelta, timezone

from case import SdkTest
from sms_server import ACCOUNT, SERVICES


class Services(SdkTest):
    def test_the_services_are_those_of_the_configuration(self):
        listed = {service.sid: service.friendly_name for service in self.verify.services.list()}
        self.assertEqual(listed.keys(), set(SERVICES.values()))
        self.assertEqual(listed[SERVICES["shop"]], "Shop")

    def test_a_list_is_followed_page_by_page(self):
        sids = [service.sid for service in self.verify.services.stream(page_size=2)]
        self.assertEqual(sorted(sids), sorted(SERVICES.values()))
        self.assertEqual(len(self.client.http_client.exchanges), 3)
        self.assertEqual(len(self.verify.services.list(limit=3, page_size=2)), 3)

    def test_a_service_tells_how_it_is_configured(self):
        custom = self.service("custom").fetch()
        self.assertEqual((custom.sid, custom.account_sid), (SERVICES["custom"], ACCOUNT))
        self.assertEqual((custom.code_length, custom.custom_code_enabled), (6, True))
        self.assertEqual(custom.links["verifications"], custom.url + "/Verifications")


class Attempts(SdkTest):
    """One number with five messages and a right code, another one with a single message."""

    def setUp(self):
        super().setUp()
        self.before = datetime.now(timezone.utc) - timedelta(seconds=1)
        self.to, self.other = self.number(), self.number()
        for _ in range(5):
            self.verification = self.begin("shop", self.to)
        self.check("shop", self.to, self.server.code(self.to))
        self.begin("custom", self.other)

    def attempts(self, **filters):
        return self.verify.verification_attempts.list(**filters)

    def test_the_pages_of_a_list_that_grows_do_not_overlap(self):
        self.client.http_client.exchanges.clear()
        seen = []
        for attempt in self.verify.verification_attempts.stream(
            verification_sid=self.verification.sid, page_size=2,
        ):
            seen.append(attempt)
            if len(seen) == 1:
                self.begin("shop", self.number())
        sent = [attempt["attempt_sid"] for attempt in self.verification.send_code_attempts]
        self.assertEqual([attempt.sid for attempt in seen], sent[::-1])
        pages = [one.url for one in self.client.http_client.exchanges if one.method == "GET"]
        self.assertEqual(len(pages), 3)

    def test_an_attempt_tells_where_it_went_and_what_came_of_it(self):
        newest, *older = self.attempts(verification_sid=self.verification.sid)
        self.assertEqual(newest.conversion_status, "converted")
        self.assertEqual({one.conversion_status for one in older}, {"unconverted"})
        fetched = newest.fetch()
        self.assertEqual((fetched.sid, fetched.channel), (newest.sid, "sms"))
        self.assertEqual(fetched.verification_sid, self.verification.sid)
        self.assertEqual(fetched.service_sid, SERVICES["shop"])
        self.assertIsNone(fetched.price)
        self.assertEqual(fetched.channel_data, {
            "to": self.to, "country": "CN", "code_length": 6, "message_status": "sent",
            "error_code": None,
        })
        with self.not_found("/Attempts/VL" + 32 * "0"):
            self.verify.verification_attempts("VL" + 32 * "0").fetch()

    def test_filters_choose_attempts(self):
        everything = self.attempts(date_created_after=self.before)
        of_shop = self.attempts(channel_data_to=self.to)
        self.assertEqual(len(of_shop), 5)
        later = datetime.now(timezone.utc) + timedelta(hours=1)
        rows = [
            ({"channel_data_to": self.other}, 1),
            ({"channel_data_to": self.to, "status": "converted"}, 1),
            ({"channel_data_to": self.to, "status": "UNCONVERTED"}, 4),
            ({"channel_data_to": self.to, "verify_service_sid": SERVICES["custom"]}, 0),
            ({"channel_data_to": self.to, "country": "CN", "channel": "SMS"}, 5),
            ({"country": "FR"}, 0),
            ({"date_created_before": self.before - timedelta(days=1)}, 0),
            ({"date_created_after": later}, 0),
            ({"date_created_after": self.before, "date_created_before": later}, len(everything)),
        ]
        for filters, expected in rows:
            with self.subTest(filters=filters):
                self.assertEqual(len(self.attempts(**filters)), expected)

    def test_the_summary_counts_what_the_filters_choose(self):
        fetch = self.verify.verification_attempts_summary().fetch
        prefix = {"destination_prefix": self.to}
        rows = [
            (prefix, (5, 1, 4, "20")),
            ({"destination_prefix": self.other}, (1, 0, 1, "0")),
            ({"country": "FR"}, (0, 0, 0, "0")),
            ({**prefix, "verify_service_sid": SERVICES["custom"]}, (0, 0, 0, "0")),
        ]
        for filters, expected in rows:
            with self.subTest(filters=filters):
                summary = fetch(**filters)
                self.assertEqual(expected, (
                    summary.total_attempts, summary.total_converted, summary.total_unconverted,
                    summary.conversion_rate_percentage,
                ))
