"""A headless Chromium with one page, spoken to over its DevTools protocol."""

import json
import os
import subprocess
import tempfile
import time

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--remote-debugging-pipe",
)
PATIENCE_S = 30

class Chromium:
    """It reads what it is to do from its descriptor 3, and says what became of it on 4."""

    def __init__(self):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, ours_out = os.pipe()
        ours_in, theirs_out = os.pipe()
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec chromium "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *FLAGS,
             f"--user-data-dir={self.profile.name}"],
            pass_fds=(theirs_in, theirs_out), stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self.orders, self.news = os.fdopen(ours_out, "wb"), os.fdopen(ours_in, "rb")
        self.last, self.session = 0, {}
        target = self._call("Target.createTarget", url="about:blank")
        self.session = self._call("Target.attachToTarget", flatten=True, **target)

    def visit(self, url):
        """Goes to a page."""
        self._call("Page.navigate", url=url)

    def do(self, script):
        """Does something on the page."""
        _, problem = self._evaluate(script)
        if problem:
            raise AssertionError(f"{script}: {problem}")

    def wait_for(self, script):
        """What the expression gives, as soon as it gives something, whatever page there is by then."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            value, problem = self._evaluate(script)
            if value:
                return value
            time.sleep(0.02)
        shown, _ = self._evaluate("document.body.innerText")
        raise AssertionError(f"in vain: {script}, {problem}; the page shows: {shown}")

    def _evaluate(self, script):
        """What an expression gives, and what went wrong, one of them."""
        try:
            told = self._call("Runtime.evaluate", expression=script, returnByValue=True)
        except LookupError as error:
            return None, error  # there is no page just now
        if problem := told.get("exceptionDetails"):
            return None, problem["exception"]["description"]
        return told["result"].get("value"), None

    def _call(self, method, **params):
        self.last += 1
        order = {"id": self.last, "method": method, "params": params, **self.session}
        self.orders.write(json.dumps(order).encode() + b"\0")
        self.orders.flush()
        while True:
            news = self._hear()
            if news.get("id") == self.last:
                break
        if "error" in news:
            raise LookupError(f"{method}: {news['error']}")
        return news["result"]

    def _hear(self):
        said = bytearray()
        while (byte := self.news.read(1)) != b"\0":
            if not byte:
                raise RuntimeError("Chromium has ended")
            said += byte
        return json.loads(said)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.orders.close()
        self.news.close()
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        self.profile.cleanup()
