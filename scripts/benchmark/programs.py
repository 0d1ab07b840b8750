"""Everything that scenarios ask, by the names that they use."""

import subprocess

from processes import Listener, Server

# Production logs a line for each request; what that costs is a scenario of its own.
QUIET = {"LOG__LEVEL": "warn", "LOG__AUDIT": "off"}
# The sweep has more sends under way than are let in by default, and none is to be refused.
ROOM = {"GATEWAY__MAX_IN_FLIGHT": 10_000}
# One service of the Verify face, as load.lua asks for it. Attempts are kept as by default.
VERIFY = {
    "VERIFY__ACCOUNT_SID": "AC00000000000000000000000000000001",
    "VERIFY__AUTH_TOKEN": "a token of the benchmark",
    "VERIFY__SERVICES__SHOP__SID": "VA00000000000000000000000000000001",
    "VERIFY__SERVICES__SHOP__FRIENDLY_NAME": "Shop",
}
# Limits switched off one after the other, to see what each costs.
LIMITS = {
    "no limits": {"LIMITS__PER_MOBILE": "", "LIMITS__PER_IP": ""},
    "one limit": {"LIMITS__PER_MOBILE": "1/60s", "LIMITS__PER_IP": ""},
    "limits of number": {"LIMITS__PER_IP": ""},
}


def gateway(ccp):
    """Settings of a server that sends by CCP."""
    return {
        "GATEWAY__ORDER": "ccp",
        "GATEWAY__SENDERS__CCP__KIND": "ccp",
        "GATEWAY__SENDERS__CCP__BASE_URL": ccp.url,
        "GATEWAY__SENDERS__CCP__ACCOUNT_SID": "8aaf070800000000000000000000a001",
        "GATEWAY__SENDERS__CCP__AUTH_TOKEN": "8aaf070800000000000000000000a003",
        "GATEWAY__SENDERS__CCP__APP_ID": "8aaf070800000000000000000000a002",
    }


def start(stack, binaries, against, redis):
    """Starts them; the stack ends them."""
    ccp = stack.enter_context(Listener(binaries / "examples/instant_ccp"))
    store = {"STORE__BACKEND": "redis", "STORE__URL": redis.url}

    def server(binary, **settings):
        """A server on this Redis."""
        return stack.enter_context(Server(binary, subprocess.DEVNULL, **store, **ROOM, **settings))

    def servers(binary, prefix=""):
        """One for each way that scenarios need it."""
        return {
            f"{prefix}server": server(binary, **QUIET, **VERIFY),
            f"{prefix}ccp": server(binary, **QUIET, **gateway(ccp)),
            f"{prefix}logged": server(binary),
        }

    made = servers(binaries / "sms-server")
    if against:
        # Their names are those that AGAINST gives them.
        others = servers(against, "other ")
        return {**made, **others, "other": others["other server"]}
    limited = {name: server(binaries / "sms-server", **QUIET, **limits) for name, limits in LIMITS.items()}
    return {**made, **limited, "floor": stack.enter_context(Listener(binaries / "examples/floor", redis.url, ccp.url))}
