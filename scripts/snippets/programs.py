"""Programs in Python: each runs with what its page takes for granted, and does what the page says."""

import sys
import textwrap

import shell
from answers import SEND
from settings import ACCOUNT, STORE, TOKEN
from wrong import Wrong

# What a shop has: connections by name, to the database that the views use.
SHOP = """
import subprocess

class Redis:
    def tell(self, *words):
        command = ["redis-cli", "-p", "{redis}", "-n", "2", *words]
        return subprocess.run(command, check=True, capture_output=True).stdout.removesuffix(b"\\n")

    def get(self, key):
        return self.tell("GET", key) or None

    def delete(self, key):
        return int(self.tell("DEL", key))

def get_redis_connection(name):
    return Redis()

mobile, sms_code = "13800138000", "246810"
"""


def run(sandbox, program):
    """A program ends well."""
    file = sandbox.keep("program.py", program)
    environment = {**sandbox.environment(), "PYTHONDONTWRITEBYTECODE": "1"}
    code, said = sandbox.run([sys.executable, str(file)], env=environment)
    if code:
        raise Wrong(said)


def redis_of_the_shop(block, sandbox):
    """A code that the service keeps is read, compared and used up."""
    sandbox.redis("-n", "2", "SET", "sms_13800138000", "246810")
    shop = SHOP.format(redis=sandbox.port(6379))
    run(sandbox, f"{shop}\n{block.text}\nassert redis_conn.get('sms_%s' % mobile) is None\n")
    # Without the key it would be refused, which the page leaves to the reader.
    run(sandbox, f"{shop}\n{block.text.replace('...', 'raise SystemExit()')}\nraise AssertionError\n")


def view_of_the_shop(block, sandbox):
    """What a view did before: a part of a function."""
    body = textwrap.indent(block.text, "    ")
    sandbox.redis("-n", "2", "SET", "sms_13800138000", "246810")
    outcomes = '''
assert view("246810") is None
assert view("1") == "输入短信验证码有误"
mobile = "1"
assert view("1") == "短信验证码失效"
'''
    run(sandbox, f"{SHOP.format(redis=sandbox.port(6379))}\ndef view(sms_code):\n{body}\n{outcomes}")


def twilio(block, sandbox):
    """Twilio's SDK, pointed at a server with the configuration that stands above; the code is the one that was sent."""
    sandbox.serve(sandbox.last["toml"])
    *body, last = sandbox.with_names(block.text).replace('"246810"', "latest_code()").splitlines()
    expression, _, status = last.partition("#")
    run(sandbox, "\n".join([
        "import subprocess", "from twilio.rest import Client", f'account_sid, auth_token = "{ACCOUNT}", "{TOKEN}"',
        "def latest_code():", '    return subprocess.check_output("latest-code", text=True).strip()',
        *body, f"status = {expression}", f"assert status == {status}, status"]))


def form(block, sandbox):
    """Who receives the form of the component asks the server."""
    sandbox.serve(STORE)
    shell.answer(sandbox, SEND.format("13800138000"))
    code = shell.answer(sandbox, "latest-code").strip()
    program = f"import requests\nfrom urllib.parse import quote\nform = {{'mobile': '13800138000', 'sms_code': '{code}'}}\n"
    run(sandbox, f"{program}{sandbox.with_names(block.text)}\nassert is_theirs is True, answer\n")
