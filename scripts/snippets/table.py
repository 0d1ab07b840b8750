"""Who runs which block: first by what is in it, else by who runs it elsewhere, else by its language."""

import answers
import compiled
import configuration
import excerpts
import listeners
import nginx
import operators
import pages
import programs
import rust
import shell
import units
from places import ROOT
from wrong import Wrong

# A language, a text that is in the block, and what runs such a block.
BY_CONTENT = [
    ("json", '"outcome":"mobile_too_often"', answers.too_often),
    ("json", '"key":"services"', answers.services),
    ("json", '"more_info"', answers.problem),
    ("json", '"conversion_status"', answers.attempt),
    ("json", '"total_converted"', answers.summary),
    ("json", '"unique_name"', answers.rate_limit),
    ("json", '"ccp":"open"', answers.passed_over),
    ("json", '"target":"sms_server::access_log"', answers.request_object),
    ("console", "-X OPTIONS", answers.preflight),
    ("console", "/readyz", answers.not_ready),
    ("console", "send-test", answers.send_test),
    ("console", "sms-server stats", operators.figures),
    ("console", "sms-server watch --count", operators.figures),
    ("console", "sms-server watch\n", operators.live),
    ("text", "sms_server::access_log", answers.request_line),
    ("text", "audit record", answers.audit_line),
    ("text", "demo page at", answers.first_lines),
    ("text", "RateLimit-Policy", answers.limits),
    ("text", "script-src", pages.check_policy),
    ("text", "min-replicas", listeners.redis_configuration),
    ("text", "user sms on", listeners.redis_configuration),
    ("http", "webhook-signature", listeners.webhook),
    ("yaml", "scrape_configs", listeners.scrape_configuration),
    ("toml", "[[rules]]", configuration.check_script),
    ("toml", "dependencies]", rust.check_manifest),
    ("python", "get_redis_connection('verify_codes')\nsms_code_server", programs.redis_of_the_shop),
    ("python", "client = Client(account_sid, auth_token)", programs.twilio),
    ("python", "# What /register/ does", programs.form),
    ("py", "get_redis_connection", programs.view_of_the_shop),
]

# A page, a language, a text that is in the block, and the tests that run it: their file, and what is in that.
ELSEWHERE = [
    ("docs/MOVING_FROM_TWILIO.md", "python", "", "scripts/sdk/python/test_pages.py", 'blocks(FROM_TWILIO, "python")'),
    ("docs/MOVING_FROM_TWILIO.md", "js", "", "scripts/sdk/python/test_pages.py", 'blocks(FROM_TWILIO, "js")'),
    ("docs/MOVING_TO_VERIFY.md", "python", "", "scripts/sdk/python/test_pages.py", 'blocks(TO_VERIFY, "python")'),
    ("docs/OPERATIONS.md", "promql", "", "bin/server/tests/api/monitoring.rs", 'split("```promql\\n")'),
    ("docs/deploy/README.md", "sh", "apt install", "scripts/packaging/boot", "apt-get install"),
    ("docs/deploy/README.md", "sh", "redis-url\ninstall", "scripts/packaging/boot", '"On Debian" 2'),
    ("docs/deploy/README.md", "sh", "sysusers.d", "scripts/packaging/boot", '"From the archive"'),
    ("docs/deploy/README.md", "sh", "docker run", "scripts/packaging/containers", '"With Docker")'),
    ("docs/deploy/README.md", "sh", "docker compose", "scripts/packaging/containers", '"With Docker" 2'),
]

# Folders whose pages show parts of programs that are there, and that tests of their own run.
OF_PROGRAMS = {"docs/integrations/": "scripts/integrations/run"}

BY_LANGUAGE = {
    "bash": shell.check, "console": shell.check_console, "css": pages.check_style, "env": configuration.check_variables,
    "go": compiled.check_go, "html": pages.check, "ini": units.check, "java": compiled.check_java,
    "js": pages.check_script, "json": answers.last, "nginx": nginx.check, "rust": rust.check, "sh": shell.check,
    "toml": configuration.check,
}

# What is to be looked at: diagrams, and what programs print in the examples of others.
LOOKED_AT = ("text",)


def runner(block):
    """What runs a block, and its name; None for what is only looked at."""
    # What has commands is run, whatever it is called.
    language = "console" if block.text.startswith("$ ") else block.language
    for of, sign, run in BY_CONTENT:
        if language == of and sign in block.text:
            return run, name_of(run)
    for page, of, part, tests, sign in ELSEWHERE:
        if (block.page, language) == (page, of) and part in block.text:
            return lambda *_: is_there(tests, sign), tests
    for folder, tests in OF_PROGRAMS.items():
        if block.page.startswith(folder) and language not in LOOKED_AT:
            return excerpts.check, tests
    run = BY_LANGUAGE.get(language)
    if run is shell.check and configuration.are_variables(block.text):
        run = configuration.check_variables
    if run is None and language not in LOOKED_AT:
        raise Wrong(f"nobody runs a block of the language {block.language!r}: see scripts/snippets/table.py")
    return run, run and name_of(run)


def is_there(tests, sign):
    """Those tests are there still."""
    if sign not in (ROOT / tests).read_text():
        raise Wrong(f"{tests} does not have {sign}")


def name_of(run):
    """What to call it in the list."""
    return f"scripts/snippets/{run.__module__}.py, {run.__name__}"
