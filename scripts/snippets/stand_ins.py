"""What is run in the place of commands that a machine can't be asked to carry out for a test.

Started as the command's name, by a file in the sandbox's own folder of programs. What is neither here
nor in `sandbox.HARMLESS` is not found, and the block that names it fails.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.request

import background
from places import ROOT, binary
from units import command_and_environment


def only_named(name, *arguments):
    """Nothing is done, because it would change the machine; the options are those that the command has."""
    check_options([name], arguments)


def check_options(command, arguments):
    """The options among arguments are in the --help of a command."""
    helped = on_this_machine([*command, "--help"])
    for option in options(arguments):
        if not re.search(rf"(?<![\w-]){option}(?![\w-])", helped):
            raise SystemExit(f"{' '.join(map(str, command))} has no option {option}")


def sms_server(*arguments):
    """The binary that the tests built; what serves does so beside the block, on ports of the sandbox."""
    words = [word for word in arguments if not word.startswith("-")]
    plays = "simulate-carrier" in words
    serves = plays or not words or words == [argument_of("--config", arguments)]
    if not serves or {"--check-config", "--help", "-h", "--version", "-V"} & set(arguments):
        os.execv(binary(), ["sms-server", *arguments])
    name = "simulator" if plays else "sms-server"
    listen = ["--listen", f"127.0.0.1:{ports()[2]}"] if plays and "--listen" not in arguments else []
    serve(name, [binary(), *arguments, *listen], {} if plays else listening(arguments))


def listening(arguments):
    """Where the server is to listen, unless it is told by whoever starts it."""
    file = argument_of("--config", arguments)
    toml = pathlib.Path(file).read_text() if file else ""
    given = {"LISTEN": ports()[0], "OPS_LISTEN": ports()[1]}
    return {
        f"SMS__SERVER__{key}": f"127.0.0.1:{port}" for key, port in given.items()
        if f"SMS__SERVER__{key}" not in os.environ and not re.search(rf"^{key} *=", toml, re.MULTILINE | re.IGNORECASE)
    }


def serve(name, command, environment):
    """Starts a program of the sandbox."""
    background.start(root(), name, command, {**os.environ, **environment})


def cargo(*arguments):
    """Nothing is built anew: what the tests built is there. Options, packages and targets are those that there are."""
    own = arguments[:arguments.index("--")] if "--" in arguments else arguments
    check_options(["cargo", own[0]], own[1:])
    check_targets(own)
    if own[0] in ("build", "run"):
        folder = root() / "target" / ("release" if "--release" in own else "debug")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sms-server").unlink(missing_ok=True)
        (folder / "sms-server").symlink_to(root() / "bin/sms-server")
    if own[0] == "run" and "--example" not in own:
        sms_server(*arguments[len(own) + 1:])


def check_targets(arguments):
    """Packages, examples and the like are there."""
    said = on_this_machine(["cargo", "metadata", "--no-deps", "--format-version", "1"], cwd=ROOT)
    packages = json.loads(said)["packages"]
    targets = [(kind, target["name"]) for package in packages for target in package["targets"] for kind in target["kind"]]
    known = {"-p": [package["name"] for package in packages]}
    known |= {f"--{kind}": [name for of, name in targets if of == kind] for kind in ("example", "bench", "bin", "test")}
    known["--package"] = known["-p"]
    for option, names in known.items():
        name = argument_of(option, arguments)
        if name and name not in names:
            raise SystemExit(f"there is no {option} {name}")


def script(name, *arguments):
    """A script of the project is there; what it is asked for is in its --help. It is not run, because it takes long."""
    if not options(arguments):
        return
    if name not in WITH_HELP:
        raise SystemExit(f"{name} has no --help, and no options")
    check_options([ROOT / name], arguments)


def systemctl(*arguments):
    """A unit of the page is started as it says, without systemd; of others nothing is done."""
    only_named("systemctl", *arguments)
    verb, *names = [word for word in arguments if not word.startswith("-")]
    if verb not in ("enable", "start", "restart", "reload", "daemon-reload"):
        raise SystemExit(f"systemctl {verb}: nothing stands in for it")
    starts = verb in ("start", "restart") or "--now" in arguments
    for name in names if starts else ():
        file = root() / "etc/systemd/system" / f"{name.removesuffix('.service')}.service"
        command, environment = command_and_environment(root(), file.read_text())
        serve("sms-server", command, {**listening(command), **environment})


def curl(*arguments):
    """The real one, which tells of failures and not of its progress."""
    fails = ["--fail-with-body"] if os.environ.get("SNIPPETS_STRICT") else []
    path = os.environ["SNIPPETS_PATH"]
    os.execvpe("curl", ["curl", "--silent", "--show-error", *fails, *arguments], {**os.environ, "PATH": path})


def sudo(*arguments):
    """Whoever runs the tests may do what is left to do."""
    os.execvp(arguments[0], arguments)


def latest_code():
    """No command of a page: the code in the latest message, which a page has as digits."""
    with urllib.request.urlopen(f"http://127.0.0.1:{ports()[0]}/dev/outbox") as answer:
        print(json.load(answer)[0]["code"])


# Scripts that say what they can be asked for.
WITH_HELP = ("scripts/bench",)

STAND_INS = {
    "cargo": cargo, "curl": curl, "latest-code": latest_code, "sms-server": sms_server, "sudo": sudo,
    "systemctl": systemctl,
    **{name: None for name in ("chown", "groupadd", "journalctl", "useradd")},
}


def scripts():
    """The scripts of the project, by their paths."""
    files = [file for file in ROOT.glob("scripts/**/*") if file.is_file() and os.access(file, os.X_OK)]
    return [str(file.relative_to(ROOT)) for file in files]


def root():
    """The folder of the sandbox."""
    return pathlib.Path(os.environ["SNIPPETS_ROOT"])


def ports():
    """The ports of the server, its operator and the simulator."""
    return json.loads(os.environ["SNIPPETS_PORTS"])


def options(arguments):
    """The options among arguments, without their values."""
    return [word.partition("=")[0] for word in arguments if re.match(r"--?[a-zA-Z]", word)]


def argument_of(option, arguments):
    """The value of an option, if it is there."""
    found = [after for word, after in zip(arguments, arguments[1:]) if word == option]
    return found[0] if found else None


def on_this_machine(command, **more):
    """What a real command says."""
    environment = {**os.environ, "PATH": os.environ["SNIPPETS_PATH"], "HOME": os.environ["SNIPPETS_HOME"]}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **more)
    if ended.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} fails: {ended.stderr.strip()}")
    return ended.stdout + ended.stderr


def main(name, *arguments):
    """Does what stands in for a command."""
    if "/" in name:
        script(name, *arguments)
    elif STAND_INS[name]:
        STAND_INS[name](*arguments)
    else:
        only_named(name, *arguments)


if __name__ == "__main__":
    main(*sys.argv[1:])
