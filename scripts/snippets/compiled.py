"""Go and Java: compiled and run, with stand-ins for Twilio's SDKs, which can't be had everywhere."""

import os
import shutil

from places import HERE, ROOT
from settings import ACCOUNT, SERVICE, TOKEN, VERIFY
from wrong import Wrong

NUMBER = "+8613800138000"
GO = """package main

import (
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/twilio/twilio-go"
	"github.com/twilio/twilio-go/client"
)

{block}

func main() {{
	fmt.Println(verifyClient("{account}", "{token}").CreateVerification("{service}", "{number}"))
}}
"""
GO_MODULE = """module page
go 1.19
require github.com/twilio/twilio-go v0.0.0
replace github.com/twilio/twilio-go => {stand_in}
"""
JAVA = """import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.*;

class Page {{
    public static void main(String[] arguments) {{
        String account = "{account}", token = "{token}", service = "{service}", number = "{number}";
{block}
    }}
}}

{stand_in}
"""


def check_go(block, sandbox):
    """A client moves a request to the server, which sends a code."""
    sandbox.serve(VERIFY)
    text = block.text.replace('"https", Host: "sms.example.org"', f'"http", Host: "{sandbox.url.partition("//")[2]}"')
    sandbox.keep("page/main.go", filled(GO, text))
    sandbox.keep("page/go.mod", GO_MODULE.format(stand_in=HERE / "go"))
    more = {"GOPROXY": "off", "GOFLAGS": "-mod=mod", "GOCACHE": str(ROOT / "target/snippets/go")}
    said = run(sandbox, ["go", "run", "."], cwd=sandbox.root / "page", env={**os.environ, **more})
    if said != "201 <nil>":
        raise Wrong(said)
    sent(sandbox)


def check_java(block, sandbox):
    """A client moves a request to the server, which sends a code."""
    sandbox.serve(VERIFY)
    stand_in = (HERE / "java/Twilio.java").read_text()
    file = sandbox.keep("Page.java", filled(JAVA, sandbox.with_names(block.text), stand_in=stand_in))
    run(sandbox, ["java", str(file)], env=None)
    sent(sandbox)


def filled(template, block, **more):
    """A program with a block in it."""
    return template.format(block=block, account=ACCOUNT, token=TOKEN, service=SERVICE, number=NUMBER, **more)


def run(sandbox, command, **options):
    """What a program prints that ends well."""
    if not shutil.which(command[0]):
        raise RuntimeError(f"there is no {command[0]}")
    code, said = sandbox.run(command, **options)
    if code:
        raise Wrong(said)
    return said.strip()


def sent(sandbox):
    """A code was sent to the number."""
    if '"code"' not in sandbox.fetch("/dev/outbox"):
        raise Wrong("no code was sent")
