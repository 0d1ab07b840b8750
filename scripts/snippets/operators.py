"""What operators are shown: tables whose figures are others each time, and a picture that moves."""

import pty
import re

import shell
from likeness import differences
from wrong import Wrong

ESCAPES = re.compile(r"\x1b[\[\]()][0-9;?]*[a-zA-Z]?")


def figures(block, sandbox):
    """Commands print what is written, but for figures and the widths of columns."""
    for command, written, said in shell.transcript(sandbox, shell.console(block.text), strict=False):
        compare(command, written, said)


def live(block, sandbox):
    """What a command draws on a terminal, the first time that it does."""
    [(command, written)] = shell.console(block.text)
    drawn = []

    def read(descriptor):
        """Keeps what is drawn."""
        drawn.append(pty.os.read(descriptor, 65_536))
        return b""

    environment = sandbox.environment()
    pty.spawn(["env", "-i", *(f"{name}={value}" for name, value in environment.items()), "TERM=xterm",
               f"{sandbox.root}/bin/{command.split()[0]}", *command.split()[1:], "--count", "1"], read)
    there = without_figures(sandbox.back(ESCAPES.sub("", b"".join(drawn).decode()))).splitlines()
    if missing := [line for line in without_figures(written).splitlines() if line not in there]:
        raise Wrong(f"{command}\nit does not draw {missing}, but\n" + "\n".join(there))


def compare(command, written, said):
    """They are alike but for figures."""
    if found := differences(without_figures(written), without_figures(said)):
        raise Wrong(f"{command}\n" + "\n".join(found))


def without_figures(text):
    """A text whose numbers are all the same, with single spaces, and without shares and bars at the ends of lines."""
    even = re.sub(r"[ \t]+", " ", re.sub(r"\d+", "0", text.replace("\r", "")))
    return re.sub(r"( 0 %| -)?( █+)? ?$", "", even, flags=re.MULTILINE)
