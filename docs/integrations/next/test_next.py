"""The application as `next build` made it, behind nginx, which tells where requests come from."""

import os
import pathlib
import unittest

from journey import Application, Passing, Registering, WithoutService
from page import Page
from processes import TIMEOUT_S, Nginx, Program

NODE = pathlib.Path(os.environ["NODE_APPLICATIONS"])
NEXT = NODE / "node_modules/next/dist/bin/next"
ROUTES = pathlib.Path(__file__).with_name("nginx.conf")


class Shop(Application, unittest.TestCase):
    @classmethod
    def opens(cls, service_url, redis_url):
        shop = cls.enterClassContext(Program(
            ["node", NEXT, "start", NODE / "next", "-H", "127.0.0.1", "-p", "0"],
            r"http://127\.0\.0\.1:\d+",
            SMS_SERVER_URL=service_url, SMS_SERVER_TIMEOUT_MS=f"{TIMEOUT_S}000",
            NEXT_TELEMETRY_DISABLED="1",
        ))
        routes = ROUTES.read_text().replace("http://127.0.0.1:3000", shop.said)
        cls.url = cls.enterClassContext(Nginx(routes)).url


class AskingTheService(Passing, Registering, Page, Shop):
    page = "/"
    # React has taken the page over.
    ready = "Object.keys(document.querySelector('form')).some((key) => key.startsWith('__reactProps'))"

    def sees_sent(self, browser, mobile):
        said = "document.querySelector('[role=status]').textContent"
        browser.wait_for(f"{said} === '验证码已发送至{mobile}'")


class WithoutTheService(WithoutService, Shop):
    pass
