"""What counts as flat over pending numbers."""

import unittest

from pending import is_flat


class Flat(unittest.TestCase):
    def test_whoever_gets_cheaper_is_flat(self):
        self.assertTrue(is_flat({"rps": 1.3, "server_cpu": 0.8, "redis_cpu": 0.7}))

    def test_a_tenth_is_the_limit_of_each(self):
        same = {"rps": 1.0, "server_cpu": 1.0, "redis_cpu": 1.0}
        self.assertTrue(is_flat(same | {"server_cpu": 1.1}))
        self.assertFalse(is_flat(same | {"server_cpu": 1.11}))
        self.assertFalse(is_flat(same | {"redis_cpu": 1.11}))
        self.assertFalse(is_flat(same | {"rps": 0.9}))
