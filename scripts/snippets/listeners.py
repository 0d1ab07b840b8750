"""What others receive or are configured with: webhooks, Redis, Prometheus."""

import http.server
import threading

import yaml

import background
import shell
from answers import SEND, held
from places import ROOT
from settings import STORE
from wrong import Wrong

WEBHOOK = """
[gateway]
order = ["webhook"]

[gateway.senders.webhook]
kind = "webhook"
url = "http://127.0.0.1:{port}/codes"
secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
text = "您的验证码是{{code}}，请于{{minutes}}分钟内正确输入"
allow_private = true
"""
# What an HTTP client adds by itself, which the page leaves out.
OF_ANY_CLIENT = {"host", "content-length", "accept", "accept-encoding", "user-agent", "connection"}


def webhook(block, sandbox):
    """A receiver gets what is written."""
    received = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        """Keeps what is posted."""

        def do_POST(self):
            """Takes a message."""
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            headers = [f"{name}: {value}" for name, value in self.headers.items() if name.lower() not in OF_ANY_CLIENT]
            received.append("\n".join([self.requestline, *headers, "", body]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            """Says nothing."""

    with http.server.HTTPServer(("127.0.0.1", background.free_port()), Receiver) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sandbox.admit(server.server_port)
        sandbox.redis("flushall")
        sandbox.serve(STORE + WEBHOOK.format(port=server.server_port))
        shell.answer(sandbox, SEND.format("13800138000"))
        server.shutdown()
    if len(received) != 1:
        raise Wrong(f"{len(received)} requests came")
    held(block, received[0])


def redis_configuration(block, sandbox):
    """A Redis starts with these lines."""
    port = background.free_port()
    file = sandbox.keep("redis.conf", f"port {port}\nbind 127.0.0.1\nsave \"\"\n{block.text}")
    try:
        background.start(sandbox.root, "configured-redis", ["redis-server", str(file)], None)
    except RuntimeError as error:
        raise Wrong(str(error)) from error
    background.stop(sandbox.root, "configured-redis")


def scrape_configuration(block, sandbox):
    """It is YAML; the job has the name, and the rules the file, that the alarms are written for."""
    given = yaml.safe_load(block.text)
    [job] = given["scrape_configs"]
    if f'job="{job["job_name"]}"' not in (ROOT / "docs/monitoring/alerts.yml").read_text():
        raise Wrong(f"no alarm is about the job {job['job_name']}")
    for file in given["rule_files"]:
        if not (ROOT / "docs/monitoring" / file).is_file():
            raise Wrong(f"there is no docs/monitoring/{file}")
