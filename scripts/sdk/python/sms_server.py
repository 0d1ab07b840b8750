"""A server with the configuration of these tests, as a child process."""

import json
import os
import pathlib
import re
import subprocess
import threading
import tomllib
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
CONFIG = HERE / "server.toml"
PATIENCE_S = 20

VERIFY = tomllib.loads(CONFIG.read_text())["verify"]
ACCOUNT = VERIFY["account_sid"]
TOKEN = VERIFY["auth_token"]
KEY = VERIFY["keys"]["checkout"]
SERVICES = {name: service["sid"] for name, service in VERIFY["services"].items()}


class Server:
    """The server, and what an operator of it sees."""

    def __init__(self):
        self.process = subprocess.Popen(
            [binary(), "--config", CONFIG], env=environment(), stderr=subprocess.PIPE, text=True,
        )
        self.url = self._listen()

    def _listen(self):
        """Where it says that it listens. Its log goes on being read, so that it can go on writing."""
        said = []
        for line in self.process.stderr:
            said.append(line)
            if found := re.search(r"demo page at (http://\S+)/$", line):
                threading.Thread(target=self.process.stderr.read, daemon=True).start()
                return found[1]
        raise RuntimeError("the server did not start:\n" + "".join(said))

    def outbox(self, number):
        """The messages to a number in E.164, the latest first."""
        query = urllib.parse.urlencode({"mobile": number})
        with urllib.request.urlopen(f"{self.url}/dev/outbox?{query}") as answer:
            return json.load(answer)

    def code(self, number):
        """The code in the latest message to a number."""
        return self.outbox(number)[0]["code"]

    def stop(self):
        """Ends it and waits for that."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stderr.close()


def binary():
    """The server that is tested."""
    return os.environ.get("SMS_SERVER", ROOT / "target/debug/sms-server")


def environment():
    """The environment of this process without what would configure the server or the SDK."""
    return {
        name: value for name, value in os.environ.items()
        if not name.startswith(("SMS__", "TWILIO_"))
    }
