"""The shop, in the server that comes with Flask."""

import threading
import unittest

from werkzeug.serving import make_server

from journey import Application, Passing, Registering, WithoutService
from page import Page
from processes import TIMEOUT_S
from shop import create_app


class Shop(Application, unittest.TestCase):
    @classmethod
    def opens(cls, service_url, redis_url):
        server = make_server("127.0.0.1", 0, create_app(service_url, TIMEOUT_S), threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        cls.addClassCleanup(thread.join)
        cls.addClassCleanup(server.shutdown)
        cls.url = f"http://127.0.0.1:{server.server_port}"


class AskingTheService(Passing, Registering, Page, Shop):
    pass


class WithoutTheService(WithoutService, Shop):
    pass
