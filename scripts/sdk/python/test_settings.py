"""What callers set themselves: the safe list, rate limits and their buckets."""

from case import SdkTest
from sms_server import SERVICES


class SafeList(SdkTest):
    def test_a_number_is_on_the_list_until_it_is_taken_off(self):
        number = self.number()
        entry = self.verify.safelist.create(phone_number=number)
        self.assertRegex(entry.sid, "^GN[0-9a-f]{32}$")
        found = self.verify.safelist(number).fetch()
        self.assertEqual((found.sid, found.phone_number), (entry.sid, number))
        with self.refused(400, 60411, "Phone Number already exists"):
            self.verify.safelist.create(phone_number=number)
        self.assertTrue(self.verify.safelist(number).delete())
        masked = f"{number[:6]}****{number[-4:]}"
        with self.not_found(f"/SafeList/Numbers/{masked}"):
            self.verify.safelist(number).fetch()

    def test_what_is_no_number_is_not_put_on_it(self):
        with self.refused(400, 60200, "Invalid parameter: PhoneNumber"):
            self.verify.safelist.create(phone_number="me")


class RateLimits(SdkTest):
    def setUp(self):
        super().setUp()
        self.limits = self.service("shop").rate_limits
        for limit in self.limits.list():
            limit.delete()

    def test_a_limit_is_made_read_changed_and_removed(self):
        made = self.limits.create(unique_name="end_user_ip", description="one address")
        self.assertRegex(made.sid, "^RK[0-9a-f]{32}$")
        self.assertEqual((made.unique_name, made.description), ("end_user_ip", "one address"))
        self.assertEqual(made.links["buckets"], made.url + "/Buckets")
        changed = self.limits(made.sid).update(description="an address")
        self.assertEqual((changed.sid, changed.description), (made.sid, "an address"))
        self.assertEqual(self.limits(made.sid).fetch().description, "an address")
        self.assertEqual([limit.sid for limit in self.limits.list()], [made.sid])
        self.assertTrue(self.limits(made.sid).delete())
        with self.not_found(f"/Services/{SERVICES['shop']}/RateLimits/{made.sid}"):
            self.limits(made.sid).fetch()

    def test_a_bucket_is_made_read_changed_and_removed(self):
        limit = self.limits.create(unique_name="device")
        buckets = self.limits(limit.sid).buckets
        made = buckets.create(max=4, interval=60)
        self.assertRegex(made.sid, "^BL[0-9a-f]{32}$")
        self.assertEqual((made.max, made.interval, made.rate_limit_sid), (4, 60, limit.sid))
        changed = buckets(made.sid).update(max=5)
        self.assertEqual((changed.max, changed.interval), (5, 60))
        self.assertEqual(buckets(made.sid).fetch().max, 5)
        other = buckets.create(max=100, interval=86_400)
        listed = {bucket.sid for bucket in buckets.stream(page_size=1)}
        self.assertEqual(listed, {made.sid, other.sid})
        self.assertTrue(buckets(made.sid).delete())
        self.assertEqual([bucket.sid for bucket in buckets.list()], [other.sid])

    def test_what_can_not_be_made_is_refused(self):
        limit = self.limits.create(unique_name="a")
        buckets = self.limits(limit.sid).buckets
        with self.refused(400, 60208, "Rate limit with that UniqueName already exists"):
            self.limits.create(unique_name="a")
        with self.refused(400, 60209, "UniqueName format is invalid"):
            self.limits.create(unique_name="a b")
        with self.refused(400, 60200, "Invalid parameter: Max"):
            buckets.create(max=0, interval=60)
        with self.refused(400, 60200, "Invalid parameter: Interval"):
            buckets.create(max=1, interval=86_401)
        buckets.create(max=1, interval=60)
        with self.refused(400, 60211, "Bucket with the given Interval already exists"):
            buckets.create(max=2, interval=60)

    def test_there_are_as_many_as_may_be_and_no_more(self):
        for number in range(20):
            limit = self.limits.create(unique_name=f"limit-{number}")
        with self.refused(400, 60207, "Max rate limits per service reached"):
            self.limits.create(unique_name="limit-20")
        self.assertEqual(len(self.limits.list(page_size=7)), 20)
        buckets = self.limits(limit.sid).buckets
        for number in range(5):
            buckets.create(max=1, interval=60 + number)
        with self.refused(400, 60210, "Max Buckets per Rate limit reached"):
            buckets.create(max=1, interval=120)
