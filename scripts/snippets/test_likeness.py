"""An answer that is not as it is written down must be noticed: `python3 -m unittest` in this folder."""

import unittest

from likeness import differences


class Likeness(unittest.TestCase):
    def test_what_varies_may(self):
        rows = [
            ('{"a":1,"b":2}', '{"b":2,"a":1}'),
            ('{"code":"079550"}', '{"code":"123456"}'),
            ('{"sid":"VE…","url":"https://a/VE…"}', '{"sid":"VE' + 32 * "0" + '","url":"https://a/VE' + 32 * "a" + '"}'),
            ('{"time":"2026-11-22T10:20:30Z"}', '{"time":"2027-01-02T03:04:05.678Z"}'),
            ('{"retry_after":60}', '{"retry_after":59}'),
            ('{"entries":[…]}', '{"entries":[1,2]}'),
            ('{"url":"…/Buckets"}', '{"url":"https://a/Buckets"}'),
            ("date: Sun, 22 Nov 2026 13:38:14 GMT\ncontent-length: 7", "Content-Length: 9\ndate: Mon, 23 Nov 2026 13:38:14 GMT"),
            ("next send  2026-11-22T10:20:30Z, in 1 min: x", "next send  2026-11-22T10:20:31Z, in 59 s: x"),
            ("2026-11-22T13:38:14.613Z INFO  x: y ms=1.233", "2026-11-23T13:38:14.614Z INFO  x: y ms=21.5"),
        ]
        for written, real in rows:
            self.assertEqual([], differences(written, real), written)

    def test_all_else_may_not(self):
        rows = [
            ('{"a":1}', '{"b":1}'),
            ('{"a":1}', '{"a":1,"b":2}'),
            ('{"a":1}', '{"a":2}'),
            ('{"a":1}', '{"a":"1"}'),
            ('{"a":null}', '{"a":0}'),
            ('{"a":true}', '{"a":1}'),
            ('{"a":"sent"}', '{"a":"verified"}'),
            ('{"a":[1]}', '{"a":[1,2]}'),
            ('{"a":{"b":"x"}}', '{"a":{"b":"y"}}'),
            ('{"sid":"VE…"}', '{"sid":"VL' + 32 * "0" + '"}'),
            ("HTTP/1.1 200 OK", "HTTP/1.1 404 Not Found"),
            ("retry-after: 60", "cache-control: no-store"),
            ("cache-control: no-store", "cache-control: no-cache"),
            ("one", "one\ntwo"),
            ("a: b\n\n{}", "a: b"),
        ]
        for written, real in rows:
            self.assertNotEqual([], differences(written, real), written)

    def test_of_what_is_free_the_type_counts(self):
        self.assertEqual([], differences('{"a":"x"}', '{"a":"y"}', free=["a"]))
        self.assertNotEqual([], differences('{"a":"x"}', '{"a":null}', free=["a"]))

    def test_the_member_is_named(self):
        [said] = differences('{"a":{"b":[1]}}', '{"a":{"b":[2]}}')
        self.assertEqual("a.b.0 is written as 1, but is 2", said)


if __name__ == "__main__":
    unittest.main()
