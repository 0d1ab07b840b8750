"""The life of a verification, as the SDK sees it."""

from datetime import datetime, timezone

from case import SdkTest, key_client
from sms_server import ACCOUNT, SERVICES


class Life(SdkTest):
    def test_a_verification_is_pending_until_its_code_is_given(self):
        number = self.number()
        begun = self.begin("shop", number)
        self.assertRegex(begun.sid, "^VE[0-9a-f]{32}$")
        self.assertEqual((begun.service_sid, begun.account_sid), (SERVICES["shop"], ACCOUNT))
        self.assertEqual((begun.to, begun.channel), (number, "sms"))
        self.assertEqual((begun.status, begun.valid), ("pending", False))
        self.assertEqual(begun.lookup, {"carrier": None})
        self.assertEqual(begun.date_created.tzinfo, timezone.utc)
        self.assertEqual(begun.url, f"{self.server.url}/v2/Services/{SERVICES['shop']}"
                                    f"/Verifications/{begun.sid}")

        checked = self.check("shop", number, self.server.code(number))
        self.assertEqual((checked.sid, checked.to), (begun.sid, number))
        self.assertEqual((checked.status, checked.valid), ("approved", True))
        self.assertIsInstance(checked.date_updated, datetime)
        self.assertEqual(checked.sna_attempts_error_codes, [])

    def test_sending_again_keeps_the_name_and_the_code(self):
        number = self.number()
        first = self.begin("shop", number)
        again = self.begin("shop", number)
        self.assertEqual((again.sid, again.date_created), (first.sid, first.date_created))
        codes = [message["code"] for message in self.server.outbox(number)]
        self.assertEqual(codes, [codes[0]] * 2)
        attempts = again.send_code_attempts
        self.assertEqual(attempts[:1], first.send_code_attempts)
        self.assertEqual(len({attempt["attempt_sid"] for attempt in attempts}), 2)
        self.assertEqual([attempt["channel"] for attempt in attempts], ["sms", "sms"])

    def test_it_is_found_by_its_name_while_it_lives(self):
        number = self.number()
        begun = self.begin("shop", number)
        found = begun.fetch()
        self.assertEqual((found.sid, found.status, found.to), (begun.sid, "pending", number))
        self.check("shop", number, self.server.code(number))
        with self.not_found(f"/Services/{SERVICES['shop']}/Verifications/{begun.sid}"):
            begun.fetch()

    def test_it_is_found_by_its_number_while_it_lives(self):
        number = self.number()
        begun = self.begin("shop", number)
        found = self.service("shop").verifications(number).fetch()
        self.assertEqual((found.sid, found.to), (begun.sid, number))

    def test_a_wrong_code_is_no_error_and_the_right_one_still_counts(self):
        number = self.number()
        begun = self.begin("shop", number)
        self.check_wrong("shop", number, times=4)
        by_sid = self.service("shop").verification_checks.create(
            verification_sid=begun.sid, code=self.server.code(number),
        )
        self.assertEqual((by_sid.sid, by_sid.status), (begun.sid, "approved"))

    def test_a_code_is_good_once(self):
        number = self.number()
        first = self.begin("shop", number)
        code = self.server.code(number)
        self.check("shop", number, code)
        with self.not_found(f"/Services/{SERVICES['shop']}/VerificationCheck"):
            self.check("shop", number, code)
        self.assertNotEqual(self.begin("shop", number).sid, first.sid)

    def test_a_canceled_one_can_be_read_but_not_checked(self):
        number = self.number()
        begun = self.begin("shop", number)
        canceled = begun.update(status="canceled")
        self.assertEqual((canceled.status, canceled.valid), ("canceled", False))
        self.assertEqual(begun.fetch().status, "canceled")
        with self.not_found(f"/Services/{SERVICES['shop']}/VerificationCheck"):
            self.check("shop", number, self.server.code(number))
        with self.not_found(f"/Services/{SERVICES['shop']}/Verifications/{begun.sid}"):
            begun.update(status="approved")
        self.assertNotEqual(self.begin("shop", number).sid, begun.sid)

    def test_who_checks_codes_alone_says_that_it_was_right(self):
        number = self.number()
        begun = self.begin("custom", number, custom_code="271828")
        self.assertEqual(self.server.code(number), "271828")
        approved = begun.update(status="approved")
        self.assertEqual((approved.status, approved.valid), ("approved", True))
        with self.not_found(f"/Services/{SERVICES['custom']}/Verifications/{begun.sid}"):
            begun.fetch()

    def test_a_code_of_one_service_is_none_of_another(self):
        number = self.number()
        begun = self.begin("shop", number)
        with self.not_found(f"/Services/{SERVICES['custom']}/VerificationCheck"):
            self.check("custom", number, self.server.code(number))
        with self.not_found(f"/Services/{SERVICES['custom']}/Verifications/{begun.sid}"):
            self.service("custom").verifications(begun.sid).fetch()

    def test_what_means_nothing_here_is_taken_without_effect(self):
        number = self.number()
        begun = self.begin(
            "shop", number, locale="en", custom_friendly_name="Shop", app_hash="AAAAAAAAAAA",
            template_sid="HJ" + 32 * "0", risk_check="disable", tags='{"tenant": "1"}',
            device_ip="203.0.113.7", amount="€39.99", payee="Shop",
        )
        self.assertEqual((begun.status, begun.amount, begun.payee), ("pending", None, None))

    def test_a_key_sends_and_checks(self):
        number = self.number()
        by_key = key_client(self.server)
        self.addCleanup(by_key.http_client.session.close)
        shop = by_key.verify.v2.services(SERVICES["shop"])
        shop.verifications.create(to=number, channel="sms")
        checked = shop.verification_checks.create(to=number, code=self.server.code(number))
        self.assertEqual(checked.status, "approved")
