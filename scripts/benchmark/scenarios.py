"""What is measured, beside what, and how good it has to be."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Side:
    """Requests of one kind, as load.lua makes them, to one program."""

    target: str
    kind: str
    needs: str | None = "pictures"
    succeeds: bool = True
    leaves: str | None = None
    # How long a connection waits before each request, on average.
    pause_ms: int = 0


@dataclass(frozen=True)
class Scenario:
    """A subject beside its reference."""

    name: str
    subject: Side
    reference: Side
    connections: tuple = (64,)
    # Ratios of subject to reference: throughput at least, all others at most.
    aims: dict = field(default_factory=dict)


FLOOR_SEND = Side("floor", "send", leaves="sms_*")
FLOOR_CHECK = Side("floor", "right", needs="codes")
SEND = Side("server", "send", leaves="sms_*")

SCENARIOS = [
    Scenario(
        "send", SEND, FLOOR_SEND, (64, 256),
        {"rps": 0.80, "p99_ms": 1.3, "server_cpu": 1.35, "redis_cpu": 1.25},
    ),
    Scenario(
        "send by CCP", Side("ccp", "send", leaves="sms_*"), Side("floor", "posted", leaves="sms_*"),
        aims={"server_cpu": 1.2},
    ),
    Scenario("check, right", Side("server", "right", needs="codes"), FLOOR_CHECK, aims={"rps": 0.85}),
    Scenario(
        "check, wrong", Side("server", "wrong", needs="codes", succeeds=False),
        Side("floor", "wrong", needs="codes", succeeds=False), aims={"rps": 0.85},
    ),
    # More than can be drawn: each picture is shown once, so drawing decides.
    Scenario("picture, flat out", Side("server", "picture", needs=None), Side("floor", "picture", needs=None)),
    # Some 1,250 a second: no more than are drawn ahead.
    Scenario("picture, drawn ahead", Side("server", "picture", needs=None, pause_ms=50),
             Side("floor", "picture", needs=None, pause_ms=50), aims={"answer_cpu": 1.3, "p99_ms": 1.3}),
]

# The other face, beside the Django one: the same round trip, with the credentials of its caller, and an
# attempt that is kept.
SCENARIOS.append(Scenario(
    "send by Verify", Side("server", "verification", needs=None, leaves="{sms_*}:verify:*"), SEND, (64, 256),
    aims={"rps": 0.8, "server_cpu": 1.25, "redis_cpu": 1.25},
))

# A refused send is held against a good one.
for kind, needs in [("missing", None), ("unknown_picture", None), ("wrong_picture", "pictures"), ("over_quota", "pictures")]:
    SCENARIOS.append(Scenario(
        f"refused: {kind.replace('_', ' ')}", Side("server", kind, needs=needs, succeeds=False), SEND,
        aims={"server_cpu": 1.0, "redis_cpu": 1.0},
    ))

# What the limits cost, one after the other, beside the least script that a shop could do with.
for target in ["no limits", "one limit", "limits of number", "server"]:
    SCENARIOS.append(Scenario(
        f"beside the least: {'all limits' if target == 'server' else target}",
        Side(target, "send", leaves="sms_*"), Side("floor", "plain", leaves="sms_*"),
    ))

# What the layers cost: our script, HTTP alone, the log.
SCENARIOS += [
    Scenario("our script beside the least", FLOOR_SEND, Side("floor", "plain", leaves="sms_*")),
    Scenario("least script beside none", Side("floor", "plain", leaves="sms_*"), Side("floor", "hello", needs=None)),
    Scenario("send, logged", Side("logged", "send", leaves="sms_*"), SEND),
]

# How throughput and latency go with the number of connections.
SWEEP = [Scenario("send", SEND, FLOOR_SEND, (1, 4, 16, 64, 256, 1024))]


def against(name, kind, target="server", **how):
    """The same requests to two builds of the server."""
    prefix = {"server": "other"}.get(target, f"other {target}")
    return Scenario(name, Side(target, kind, **how), Side(prefix, kind, **how))


AGAINST = [
    against("send", "send", leaves="sms_*"),
    against("send, logged", "send", "logged", leaves="sms_*"),
    against("send by CCP", "send", "ccp", leaves="sms_*"),
    against("check, right", "right", needs="codes"),
    against("check, wrong", "wrong", needs="codes", succeeds=False),
    against("refused: missing", "missing", needs=None, succeeds=False),
    against("refused: over quota", "over_quota", succeeds=False),
    against("picture", "picture", needs=None),
]
