"""What pages take for granted: servers that run, and what they are configured with."""

import fnmatch

import shell

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
# Where shells look, and manuals are.
COMPLETIONS = (
    "usr/share/bash-completion/completions", "usr/share/zsh/site-functions", "usr/share/fish/vendor_completions.d",
    "usr/share/man/man1")
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


def commanded(sandbox):
    """A number and an address whose limits are used up, and the environment by which commands find their store."""
    beginning(sandbox)
    sandbox.variables |= {
        "SMS__SERVER__OPS_LISTEN": sandbox.here("127.0.0.1:8001"), "SMS__SERVER__TRUSTED_PROXIES": "127.0.0.1/32",
        "SMS__VERIFY__ACCOUNT_SID": ACCOUNT, "SMS__VERIFY__AUTH_TOKEN": TOKEN,
        "SMS__VERIFY__SERVICES__SHOP__SID": SERVICE, "SMS__VERIFY__SERVICES__SHOP__FRIENDLY_NAME": "Shop",
        "SMS__VERIFY__SERVICES__SHOP__MAX_CHECKS": "2",
    }
    for folder in COMPLETIONS:
        (sandbox.root / folder).mkdir(parents=True)
    sandbox.serve()
    service = f"curl -u {ACCOUNT}:{TOKEN} http://127.0.0.1:8000/v2/Services/{SERVICE}"
    from_address = "curl -H 'X-Forwarded-For: 203.0.113.7' http://127.0.0.1:8000"
    shell.answer(
        sandbox, f"{service}/Verifications -d To=%2B8613800138004 -d Channel=sms",
        *2 * [f"{service}/VerificationCheck -d To=%2B8613800138004 -d Code=0000"],
        *12 * [f"{from_address}/image_codes/picture/ -o picture.png"],
        *10 * [f"{from_address}/'sms_codes/13900139000/?image_code=0&image_code_id=picture'"])


def operated(sandbox):
    """The files of an operator, who sends through a provider that is played."""
    sandbox.redis("ping")
    toml = f'[gateway]\norder = ["ccp"]\n{SIMULATED}'
    sandbox.keep("/etc/sms-server/config.toml", sandbox.here(toml))
    sandbox.keep("/etc/sms-server/redis-url", sandbox.here("redis://127.0.0.1:6379/0"))


# By the names of pages, of which there may be translations.
SETTINGS = {
    "docs/*API.md": api, "docs/*COMPONENT.md": shop, "docs/*DJANGO.md": shop,
    "docs/*COMMANDS.md": commanded, "docs/*GETTING_STARTED.md": beginning, "docs/*OPERATIONS.md": operated,
}


def settle(sandbox):
    """Makes what a page takes for granted."""
    for pattern, make in SETTINGS.items():
        if fnmatch.fnmatchcase(sandbox.page, pattern):
            make(sandbox)
