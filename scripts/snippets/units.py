"""Units of systemd: read by systemd itself, and started as they say."""

import re
import shlex

from places import binary
from wrong import Wrong

SECTIONS = re.compile(r"^\[(\w+)\]$", re.MULTILINE)
NAME = re.compile(r"^# (/etc/systemd/system/\S+)$", re.MULTILINE)


def check(block, sandbox):
    """systemd has nothing to say about a unit, and the server takes the environment that it gets from it."""
    text = block.text if SECTIONS.search(block.text) else with_more(sandbox.last.get("unit"), block.text)
    named = NAME.search(text)
    file = sandbox.keep(named[1] if named else "/etc/systemd/system/snippet.service", sandbox.here(text))
    executable(sandbox, text)
    verify(sandbox, file)
    sandbox.last["unit"] = text
    if "ExecStart=" in text and "sms-server" in text:
        check_environment(sandbox, file.read_text())


def with_more(unit, text):
    """A service with more lines in it."""
    if unit is None:
        raise Wrong("there is no unit before it that these lines could belong to")
    return unit.replace("[Service]\n", f"[Service]\n{text}", 1)


def executable(sandbox, text):
    """Puts the server where a unit starts it; systemd wants to see it there."""
    for path in re.findall(r"^Exec\w+=[-+!:@]*(/\S*sms-server)\b", text, re.MULTILINE):
        file = sandbox.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        file.symlink_to(binary())


def verify(sandbox, file):
    """Systemd complains of nothing; it only warns of a key that it does not know."""
    command = ["systemd-analyze", "verify", "--man=no", str(file)]
    code, said = sandbox.run(command, env=None)
    about = [line for line in said.splitlines() if str(file) in line or file.name in line]
    if code or about:
        raise Wrong("\n".join(about) or said)


def check_environment(sandbox, text):
    """The server takes what it is started with."""
    command, environment = command_and_environment(sandbox.root, text)
    checked = [*command, "--check-config"]
    code, said = sandbox.run(checked, env={**sandbox.environment(), **environment})
    if code:
        raise Wrong(said)


def command_and_environment(root, text):
    """What a unit starts, and the variables that it adds."""
    lines = [line.partition("=") for line in text.splitlines() if not line.startswith("#")]
    values = [(name, value.replace("%d", f"{root}/credentials").replace("%S", f"{root}/var/lib"))
              for name, _, value in lines]
    give_credentials(root, [value for name, value in values if name == "LoadCredential"])
    variables = [variable for name, value in values if name == "Environment" for variable in shlex.split(value)]
    for file in [value for name, value in values if name == "EnvironmentFile"]:
        variables += open(file.lstrip("-")).read().splitlines()
    pairs = [variable.partition("=") for variable in variables if "=" in variable and not variable.startswith("#")]
    [command] = [value for name, value in values if name == "ExecStart"]
    return shlex.split(command), {name: value for name, _, value in pairs}


def give_credentials(root, credentials):
    """Puts files where systemd would."""
    (root / "credentials").mkdir(exist_ok=True)
    for credential in credentials:
        name, _, file = credential.partition(":")
        (root / "credentials" / name).write_text(open(file).read())
