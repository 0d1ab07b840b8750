"""Configurations, in TOML and as variables: the server itself checks them."""

import re
import tomllib

from wrong import Wrong

NAME = re.compile(r"# (\S+\.toml|/etc/\S+)\n")
LOGGED = re.compile(r"^(\d{4}-\d\d-\d\dT|sms-server: warning: ).*\n", re.MULTILINE)
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*=(\S*|\"[^\"]*\")")
# The least that makes a sender of each kind: for blocks that only name it.
SENDERS = {
    "ccp": 'kind = "ccp"\naccount_sid = "a"\nauth_token = "t"\napp_id = "b"\n',
    "aliyun": 'kind = "aliyun"\naccess_key_id = "a"\naccess_key_secret = "s"\nsign_name = "n"\ntemplate_code = "SMS_1"\n',
    "tencent": 'kind = "tencent"\nsecret_id = "a"\nsecret_key = "s"\nsdk_app_id = "1"\ntemplate_id = "2"\n',
    "twilio": 'kind = "twilio"\naccount_sid = "a"\nauth_token = "t"\nfrom = "+15005550006"\n',
}


def check(block, sandbox):
    """The server takes a configuration, and each of its keys is in what it says that it has."""
    text = sandbox.here(block.text)
    given = parsed(text)
    file = sandbox.keep(name_of(block) or "snippet.toml", completed(text, given))
    sandbox.last["toml"] = file.read_text()
    certificates(sandbox, given)
    effective = ask(sandbox, ["--config", str(file)])
    missing = [key for key in keys(given) if not is_in(key, keys(effective))]
    if missing:
        raise Wrong(f"the server does not say that it has {', '.join(missing)}")


def check_variables(block, sandbox):
    """The server takes variables."""
    lines = [line for line in sandbox.here(block.text).splitlines() if line and not line.startswith("#")]
    if name := name_of(block):
        sandbox.keep(name, sandbox.here(block.text))
    ask(sandbox, [], **dict(line.split("=", 1) for line in lines))


def are_variables(text):
    """Whether a text is nothing but variables, each on a line."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return bool(lines) and all(VARIABLE.fullmatch(line) for line in lines)


def name_of(block):
    """The name of the file that a block is, which its first line may tell."""
    named = NAME.match(block.text)
    return named and named[1]


def parsed(text):
    """What a text has."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"it is no TOML: {error}") from error


def completed(text, given):
    """A configuration with the senders that it speaks of and does not make."""
    gateway = given.get("gateway", {})
    made = gateway.get("senders", {})
    for name, least in SENDERS.items():
        is_named = f'"{name}"' in text or name in given.get("receipts", {}).get("senders", {}) or name in made
        if not is_named or "kind" in made.get(name, {}):
            continue
        header = f"[gateway.senders.{name}]\n"
        text = text.replace(header, header + least) if header in text else f"{text}\n{header}{least}"
    return text


def certificates(sandbox, given):
    """Makes the certificate that a configuration names."""
    server = given.get("server", {})
    if "tls_cert" in server:
        sandbox.keep(server["tls_cert"].removeprefix(str(sandbox.root)), "")
        code, said = sandbox.run([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=localhost", "-keyout", server["tls_key"], "-out", server["tls_cert"]])
        if code:
            raise RuntimeError(said)


def ask(sandbox, arguments, **variables):
    """What the server makes of a configuration."""
    command = [str(sandbox.root / "bin/sms-server"), *arguments, "--check-config"]
    code, said = sandbox.run(command, env={**sandbox.environment(), **variables})
    if code:
        raise Wrong(said.strip())
    # Warnings are lines of the log.
    return tomllib.loads(LOGGED.sub("", said))


def keys(table, before=""):
    """The dotted names of all values of a table."""
    for name, value in table.items():
        if isinstance(value, dict) and value:
            yield from keys(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def is_in(key, others):
    """Whether a key is among others; of a secret's file only the secret is told, and regions are in capitals."""
    names = {other.lower() for other in others}
    return {key.lower(), key.lower().removesuffix("_file")} & names


def check_script(block, sandbox):
    """The simulator plays a script."""
    file = sandbox.keep(name_of(block) or "script.toml", sandbox.here(block.text))
    code, said = sandbox.run(["sms-server", "simulate-carrier", "--script", str(file)])
    if code:
        raise Wrong(said)
