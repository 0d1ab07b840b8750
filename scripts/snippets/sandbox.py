"""A place for the blocks of a page: a folder, ports and programs of its own, which end with it."""

import collections
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request

import background
from places import HERE, binary
from stand_ins import STAND_INS, scripts

PATIENCE_S = 60
# Where a page says that things are, and below the folder they are.
PATHS = re.compile(r"(?<![\w./-])/(?=(?:etc|usr/local|usr/share|var/lib|opt|srv)/)")
# Ports of programs: where a page has one of few digits, nobody is meant to be there.
PORTS = re.compile(r"\b(127\.0\.0\.1|localhost):(\d{4,5})\b")
# Other machines that a server may be on.
OTHERS = re.compile(r"\b10\.0\.0\.\d+:(?=8[01]\d\d\b)")
# Names that stand for the server.
NAMES = re.compile(r"https://(?:sms|verify\.shop)\.example(?:\.org)?(?![\w.])")
# What is in files that the pages say to make.
SECRETS = {
    "ccp-token": "0123456789abcdef0123456789abcdef", "ccp": "0123456789abcdef0123456789abcdef",
    "aliyun-secret": "testSecret", "twilio-token": "00000000000000000000000000000002",
    "webhook-secret": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ccp-receipts": "0123456789abcdef0123456789abcdef01234567",
    "verify-token": "00112233445566778899aabbccddeeff",
}
# What harms nothing, and is there on any machine.
HARMLESS = (
    "bash", "cat", "chmod", "cp", "cut", "date", "dirname", "echo", "env", "false", "grep", "head", "id", "install",
    "ln", "ls", "mkdir", "mv", "openssl", "printf", "pwd", "redis-cli", "sed", "seq", "sh", "sleep", "sort", "tail",
    "tar", "tee", "test", "touch", "tr", "true", "uname", "uniq", "wc")


class Sandbox:
    """The place; use it in a `with`."""

    def __init__(self, page):
        self.page = page
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="snippets-"))
        self.ports = collections.defaultdict(background.free_port)
        # What the page says that it has in its environment.
        self.variables = {}
        # What a later block adds to an earlier one.
        self.last = {}
        self.lay_out()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        background.stop_all(self.root)
        shutil.rmtree(self.root)

    def lay_out(self):
        """Makes the folders, the secrets and the commands."""
        for folder in ("bin", "running", "etc/sms-server", "etc/systemd/system", "usr/local/bin", "var/lib", "scripts"):
            (self.root / folder).mkdir(parents=True)
        for name, secret in SECRETS.items():
            (self.root / "etc/sms-server" / name).write_text(secret)
        for name in HARMLESS:
            (self.root / "bin" / name).symlink_to(shutil.which(name))
        for name in [*STAND_INS, *scripts()]:
            file = self.root / (name if "/" in name else f"bin/{name}")
            file.parent.mkdir(exist_ok=True)
            file.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE}/stand_ins.py {name} "$@"\n')
            file.chmod(0o755)

    def port(self, documented):
        """The port here that stands for one of the page."""
        return self.ports[int(documented)]

    def admit(self, port):
        """A port of a test stays as it is wherever it is named."""
        self.ports[port] = port

    @property
    def url(self):
        """Where the server of the page is, once one was started."""
        return f"http://127.0.0.1:{self.port(8000)}"

    def here(self, text):
        """A text with this place's paths, ports and addresses."""
        text = PATHS.sub(f"{self.root}/", OTHERS.sub("127.0.0.1:", text))
        return PORTS.sub(self.port_here, text)

    def port_here(self, found):
        """The same for one address, which may be of this place already."""
        return found[0] if int(found[2]) in self.ports.values() else f"127.0.0.1:{self.port(found[2])}"

    def with_names(self, text):
        """The same for a text that calls the server by a name."""
        return self.here(NAMES.sub("http://127.0.0.1:8000", text))

    def back(self, text):
        """A text of this place as the page would have it."""
        for documented, port in self.ports.items():
            text = text.replace(f":{port}", f":{documented}")
        return text.replace(f"{self.root}/", "/")

    def keep(self, name, text):
        """Makes the file that a block is."""
        file = self.root / name.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def environment(self):
        """The environment of commands: their own folder of programs, and nothing of this machine's."""
        return {
            "PATH": str(self.root / "bin"), "HOME": str(self.root), "LANG": "C.UTF-8",
            "SMS_SERVER": binary(), "SNIPPETS_PORTS": json.dumps([self.port(8000), self.port(8001), self.port(8002)]),
            "SNIPPETS_ROOT": str(self.root), "SNIPPETS_PATH": os.environ["PATH"], "SNIPPETS_HOME": os.environ["HOME"],
            **self.variables,
        }

    def run(self, command, **options):
        """Runs a command here; gives what it printed and how it ended."""
        options = {"env": self.environment(), "cwd": self.root, "text": True, "timeout": PATIENCE_S, **options}
        # What it leaves running may hold its pipes open.
        with tempfile.TemporaryFile("w+") as said:
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT,
                                   check=False, **options)
            said.seek(0)
            return ended.returncode, said.read()

    def serve(self, toml="", **variables):
        """Starts the server with a configuration, in the place of one that runs."""
        file = self.keep("given.toml", self.here(toml))
        command = [str(self.root / "bin/sms-server"), "--config", str(file)]
        code, said = self.run(command, env={**self.environment(), **variables})
        if code:
            raise RuntimeError(said)

    def redis(self, *words):
        """Says something to the Redis of the page, which is started when it is needed; gives the answer."""
        port = self.port(6379)
        if not background.accepts(port):
            command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", self.root]
            background.start(self.root, "redis", command, os.environ)
        code, said = self.run(["redis-cli", "-p", str(port), *map(str, words)])
        return said.strip()

    def fetch(self, path, **options):
        """What the server answers, as text."""
        request = urllib.request.Request(self.url + path, **options)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:
            return answer.read().decode()

    def logged(self, sign):
        """The first line of the server's log that has a sign in it; it comes a moment after the answer."""
        log = self.root / "running/sms-server.log"
        give_up = time.monotonic() + PATIENCE_S
        while not (found := [line for line in log.read_text().splitlines() if sign in line]):
            if time.monotonic() > give_up:
                raise RuntimeError(f"the log does not have {sign!r}:\n{log.read_text()}")
            time.sleep(0.01)
        return found[0]
