"""Commands: run in the sandbox, and what they print is held against what is written."""

import re
import subprocess

from likeness import differences
from wrong import Wrong

PICTURE = re.compile(r"image_code=(?P<text>\w+)&image_code_id=(?P<id>[\w$-]+)")
CODE = re.compile(r"(?<=ode=)\d{6}\b|(?<=\"sms_code\":\")(?!000000)\d{6}\b")
LOGGED = re.compile(r"\d{4}-\d\d-\d\dT\S+Z (ERROR|WARN|INFO|DEBUG) ")
ANSWER = re.compile(r"\s# ([{\[].*)$")


def check(block, sandbox):
    """All commands of a block end well; what is written as an answer in a comment is the answer."""
    pairs = [(command, found[1] if (found := ANSWER.search(command)) else None) for command in commands(block.text)]
    for command, written, said in transcript(sandbox, pairs, strict=True):
        if written:
            compare(command, written, said)


def check_console(block, sandbox, free=()):
    """What is written below each command after a `$` is what it prints."""
    for command, written, said in transcript(sandbox, console(block.text), strict=False):
        compare(command, written, said, free)


def compare(command, written, said, free=()):
    """A command printed what is written."""
    if found := differences(logged_first(written), logged_first(said), free):
        raise Wrong(f"{command}\n" + "\n".join(found))


def logged_first(text):
    """A text with the lines of a log before all others: they come on a way of their own."""
    lines = text.splitlines()
    return "\n".join(sorted(lines, key=lambda line: not LOGGED.match(line)))


def answer(sandbox, *lines):
    """What the last of some commands prints."""
    return transcript(sandbox, [(line, "") for line in lines], strict=False)[-1][2]


def transcript(sandbox, pairs, strict):
    """Each command with what is written below it and what it printed; all of them in one shell."""
    # Variables of a block are there for the next.
    script = ["set -eua" if strict else "set -ua", "trap 'env -0 > said.variables' EXIT"]
    for number, (command, _) in enumerate(pairs):
        prepare(sandbox, script, command)
        script.append(f"{{ {adapted(sandbox, command)}\n}} > said.{number} 2>&1")
    sandbox.keep("block.sh", "\n".join(script) + "\n")
    environment = {**sandbox.environment(), **({"SNIPPETS_STRICT": "1"} if strict else {})}
    code, said = sandbox.run(["bash", "block.sh"], env=environment)
    files = [sandbox.root / f"said.{number}" for number in range(len(pairs))]
    outputs = [file.read_text(errors="replace") if file.exists() else "" for file in files]
    for file in files:
        file.unlink(missing_ok=True)
    remember(sandbox, environment)
    if strict and code:
        raise Wrong(f"it ends with {code}: {said}{''.join(outputs)}")
    sandbox.last["said"] = sandbox.back(outputs[-1])
    return [(command, written, sandbox.back(output)) for (command, written), output in zip(pairs, outputs)]


def remember(sandbox, environment):
    """Keeps the variables that a block has set."""
    pairs = (pair.partition("=") for pair in (sandbox.root / "said.variables").read_text().split("\0") if pair)
    own = {"_", "OLDPWD", "PWD", "SHLVL"}
    sandbox.variables |= {name: value for name, _, value in pairs if name not in own and environment.get(name) != value}


def prepare(sandbox, script, command):
    """Puts the picture that a command answers into the store, with the text that is typed."""
    for picture in PICTURE.finditer(command):
        sandbox.redis("ping")
        script.append(
            f"redis-cli -p {sandbox.port(6379)} set img_{picture['id']} {picture['text']} EX 300 > said.picture")


def adapted(sandbox, command):
    """A command for this place: digits that stand for a code are the one that was sent."""
    return sandbox.with_names(CODE.sub("$(latest-code)", command)).replace("VA…", sandbox.variables.get("SERVICE", "VA…"))


def commands(text):
    """The commands of a script: lines, together with those that they go on in."""
    found, begun = [], ""
    for line in text.splitlines():
        begun += f"{line}\n"
        if is_whole(begun):
            found.append(begun.strip())
            begun = ""
    return [command for command in [*found, begun] if command and not re.fullmatch(r"(\s*#.*)+", command)]


def is_whole(text):
    """Whether nothing is open at the end of a text: no quote, no `if`, no document."""
    read = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return read.returncode == 0 and not read.stderr and not text.endswith("\\\n")


def console(text):
    """The commands after a `$`, each with the lines below it."""
    if not text.startswith("$ "):
        raise Wrong("it does not begin with a command: `$ …`")
    found = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in found]
