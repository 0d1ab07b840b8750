"""Answers and lines that are written without the request that they answer: they are asked for here."""

import json

import shell
from likeness import differences
from settings import ALIYUN, BROKEN, SIMULATED, STORE
from wrong import Wrong

SEND = "curl -i 'http://127.0.0.1:8000/sms_codes/{0}/?image_code=7UCU&image_code_id={0}'"
VERIFY = "curl -u \"$ACCOUNT:$TOKEN\" https://sms.example"


def held(block, real, free=()):
    """What is written is like what is real."""
    if found := differences(block.text, real, free):
        raise Wrong("\n".join(found))


def last(block, sandbox):
    """What the last command of the page printed."""
    if "said" not in sandbox.last:
        raise Wrong("no command stands before it, and scripts/snippets/table.py does not know what it answers")
    held(block, sandbox.last["said"])


def too_often(block, sandbox):
    """A second message within a minute."""
    said = shell.answer(sandbox, SEND.format("13900139000"), SEND.format("13900139000"))
    held(block, said.splitlines()[-1])


def limits(block, sandbox):
    """The headers that tell of limits, in the answer to a message too many."""
    said = shell.answer(sandbox, SEND.format("13700137000"), SEND.format("13700137000"))
    held(block, "\n".join(line for line in said.splitlines() if line.lower().startswith("ratelimit")))


def services(block, sandbox):
    """A list of the Verify face."""
    held(block, shell.answer(sandbox, f"{VERIFY}/v2/Services"))


def problem(block, sandbox):
    """A channel that is none."""
    held(block, shell.answer(sandbox, f"{VERIFY}/v2/Services/VA…/Verifications -d To=%2B8613800138000"))


def attempt(block, sandbox):
    """The message of the verification that the page has just approved. What became of it is told by reports alone."""
    [listed] = json.loads(shell.answer(sandbox, f"{VERIFY}/v2/Attempts"))["attempts"]
    held(block, shell.answer(sandbox, f"{VERIFY}/v2/Attempts/{listed['sid']}"), free=["message_status"])


def summary(block, sandbox):
    """All messages, counted."""
    held(block, shell.answer(sandbox, f"{VERIFY}/v2/Attempts/Summary"), free=["conversion_rate_percentage"])


def rate_limit(block, sandbox):
    """A limit of a caller's own, and its bucket."""
    path = f"{VERIFY}/v2/Services/VA…/RateLimits"
    limit = shell.answer(sandbox, f"{path} -d UniqueName=end_user_ip")
    bucket = shell.answer(sandbox, f"{path}/{json.loads(limit)['sid']}/Buckets -d Max=4 -d Interval=60")
    held(block, f"{limit}\n{bucket}")


def preflight(block, sandbox):
    """What a page of another origin asks first."""
    sandbox.serve('[server]\ncors_origins = ["https://shop.example"]')
    shell.check_console(block, sandbox)


def not_ready(block, sandbox):
    """A server whose Redis is not there."""
    sandbox.serve('[store]\nbackend = "redis"\nurl = "redis://127.0.0.1:9/0"')
    shell.check_console(block, sandbox)


def passed_over(block, sandbox):
    """A server one of whose senders can't be reached."""
    sandbox.redis("flushall")
    sandbox.run(["sms-server", "simulate-carrier"])
    sandbox.serve(f'{STORE}\n[gateway]\norder = ["ccp", "aliyun"]\n{BROKEN}{ALIYUN}')
    for number in range(3):
        shell.answer(sandbox, SEND.format(f"1380013800{number}"))
    held(block, shell.answer(sandbox, "curl http://127.0.0.1:8001/readyz"))


def request_line(block, sandbox):
    """The line of a request in the log."""
    lines(block, sandbox, "", "access_log")


def request_object(block, sandbox):
    """The same as an object."""
    lines(block, sandbox, '[log]\nformat = "json"\n', "access_log")


def first_lines(block, sandbox):
    """What the server logs when it starts."""
    sandbox.logged("health and metrics")
    held(block, sandbox.back((sandbox.root / "running/sms-server.log").read_text()))


def audit_line(block, sandbox):
    """The record of a message that a provider took."""
    sandbox.run(["sms-server", "simulate-carrier"])
    lines(block, sandbox, f'[gateway]\norder = ["ccp"]\n{SIMULATED}', "audit record")


def lines(block, sandbox, toml, sign):
    """What a server logs with that sign when a code is sent."""
    trusting = '[server]\ntrusted_proxies = ["127.0.0.1/32"]\n'
    sandbox.redis("flushall")
    sandbox.serve(trusting + STORE + toml)
    shell.answer(sandbox, SEND.format("13800138000") + " -H 'X-Forwarded-For: 203.0.113.7'")
    held(block, sandbox.logged(sign))


def send_test(block, sandbox):
    """A provider that refuses as the page says."""
    script = sandbox.keep("script.toml", '[[rules]]\nfault = { refuse = "113302" }\n')
    sandbox.run(["sms-server", "simulate-carrier", "--script", str(script)])
    shell.check_console(block, sandbox)
