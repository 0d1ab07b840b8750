"""What pages take for granted: servers that run, and what they are configured with."""

import fnmatch

ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "00112233445566778899aabbccddeeff"
SERVICE = "VA0123456789abcdef0123456789abcdef"

STORE = """
[store]
backend = "redis"
url = "redis://127.0.0.1:6379/0"
"""

VERIFY = f"""
[verify]
account_sid = "{ACCOUNT}"
auth_token = "{TOKEN}"
public_url = "https://sms.example"

[verify.services.shop]
sid = "{SERVICE}"
friendly_name = "Shop"
per_mobile = []
"""

# Accounts that the simulator knows.
CCP = """
[gateway.senders.ccp]
kind = "ccp"
base_url = "{base_url}"
account_sid = "8aaf0708000000000000000000000a01"
auth_token = "0123456789abcdef0123456789abcdef"
app_id = "8aaf0708000000000000000000000a02"
"""
ALIYUN = """
[gateway.senders.aliyun]
kind = "aliyun"
endpoint = "http://127.0.0.1:8002"
access_key_id = "testId"
access_key_secret = "testSecret"
sign_name = "阿里云短信测试"
template_code = "SMS_154950909"
"""
SIMULATED = CCP.format(base_url="http://127.0.0.1:8002")
# Nobody listens there.
BROKEN = CCP.format(base_url="http://127.0.0.1:9")


def api(sandbox):
    """A server with both faces, in mode `dev`."""
    sandbox.variables |= {"ACCOUNT": ACCOUNT, "TOKEN": TOKEN, "SERVICE": SERVICE}
    sandbox.redis("ping")
    sandbox.serve(STORE + VERIFY)


def shop(sandbox):
    """The Redis of a shop, and the files that its people have."""
    sandbox.redis("ping")


def beginning(sandbox):
    """A server keeps its state where pictures can be put."""
    sandbox.redis("ping")
    sandbox.variables |= {"SMS__STORE__BACKEND": "redis", "SMS__STORE__URL": sandbox.here("redis://127.0.0.1:6379/0")}


def operated(sandbox):
    """The files of an operator, who sends through a provider that is played."""
    sandbox.redis("ping")
    toml = f'[gateway]\norder = ["ccp"]\n{SIMULATED}'
    sandbox.keep("/etc/sms-server/config.toml", sandbox.here(toml))
    sandbox.keep("/etc/sms-server/redis-url", sandbox.here("redis://127.0.0.1:6379/0"))


# By the names of pages, of which there may be translations.
SETTINGS = {
    "docs/*API.md": api, "docs/*COMPONENT.md": shop, "docs/*DJANGO.md": shop,
    "docs/*GETTING_STARTED.md": beginning, "docs/*OPERATIONS.md": operated,
}


def settle(sandbox):
    """Makes what a page takes for granted."""
    for pattern, make in SETTINGS.items():
        if fnmatch.fnmatchcase(sandbox.page, pattern):
            make(sandbox)
