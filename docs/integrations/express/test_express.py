"""The shop, as Node runs it."""

import os
import unittest

from journey import Application, Passing, Registering, WithoutService
from page import Page
from processes import TIMEOUT_S, Program


class Shop(Application, unittest.TestCase):
    @classmethod
    def opens(cls, service_url, redis_url):
        shop = cls.enterClassContext(Program(
            ["node", f"{os.environ['NODE_APPLICATIONS']}/express/shop.mjs"], r"http://\S+",
            SMS_SERVER_URL=service_url, SMS_SERVER_TIMEOUT_MS=f"{TIMEOUT_S}000", PORT="0",
        ))
        cls.url = shop.said


class AskingTheService(Passing, Registering, Page, Shop):
    page = "/"


class WithoutTheService(WithoutService, Shop):
    pass
