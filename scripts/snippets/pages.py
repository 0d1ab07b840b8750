"""Parts of pages: opened in Chromium, from another origin than the server's."""

import http.server
import json
import queue
import threading
import urllib.parse

import background
from places import HERE
from sandbox import PATIENCE_S
from wrong import Wrong

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>A page</title>
<script src="/page.js" nonce="tests"></script>
{block}
<script type="module" nonce="tests">tell({ask});</script>
</html>
"""
TWO_LINES = """<script type="module" src="https://verify.shop.example/sms-code.js"></script>
<sms-code></sms-code>
"""
# All that is declared must be understood: what a browser does not know, it leaves out.
STYLES = r"""() => {
  const text = document.querySelector('style').textContent.replace(/\/\*.*?\*\//gs, '');
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const written = [...text.matchAll(/\{([^}]*)\}/g)].map(([, body]) =>
    body.split(';').map((one) => one.split(':')[0].trim()).filter(Boolean));
  return written.map((names, at) => names.filter((name) => !rules[at]?.style.getPropertyValue(name))).flat();
}"""
# What is asked of a page whose block has this in it, and the answer.
QUESTIONS = {
    "<form": ("(it) => it.form.checkValidity() === false && it.form.elements[0] === it", True),
    "TEXT.ar": ("(it) => it.shadowRoot.textContent.includes('أرسل الرمز')", True),
    "'verified'": (
        "(it) => { it.dispatchEvent(new CustomEvent('verified', { detail: { mobile: '1' } })); return outcome.logged; }",
        ["1"]),
}
NOTHING = ("() => null", None)


def check(block, sandbox):
    """A part of a page makes a component that works."""
    lines = "" if "/sms-code.js" in block.text else TWO_LINES.splitlines()[0]
    visit(sandbox, lines + block.text, *question(block))


def check_script(block, sandbox):
    """A script does what it is for in a page that has the component."""
    visit(sandbox, f'{TWO_LINES}<script type="module">{block.text}</script>', *question(block))


def check_style(block, sandbox):
    """Every rule and every declaration is understood."""
    visit(sandbox, f"{TWO_LINES}<style>{block.text}</style>", STYLES, [])


def check_policy(block, sandbox):
    """A content security policy lets the component work."""
    visit(sandbox, TWO_LINES, *NOTHING, policy=block.text.strip())


def question(block):
    """What is to be asked."""
    return next((pair for sign, pair in QUESTIONS.items() if sign in block.text), NOTHING)


def visit(sandbox, block, ask, answer, policy=None):
    """Opens a page; nothing goes wrong there, and it answers a question as it should."""
    with Site() as site:
        sandbox.admit(site.server_port)
        sandbox.serve(f'[server]\ncors_origins = ["{site.url}"]')
        site.page = PAGE.format(block=sandbox.with_names(block), ask=ask)
        if policy:
            # Nothing else is allowed but what the page and the tests ask for.
            site.policy = sandbox.with_names(policy).replace("script-src", "default-src 'none'; script-src 'nonce-tests'", 1)
        background.start(sandbox.root, "chromium", [
            "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            f"--user-data-dir={sandbox.root}/chromium", site.url], None, lambda: True)
        outcome = site.outcome()
        background.stop(sandbox.root, "chromium")
    if outcome["wrong"] or outcome["answer"] != answer:
        raise Wrong(f"the page says {outcome}")


class Site(http.server.ThreadingHTTPServer):
    """The host of a page; use it in a `with`."""

    def __init__(self):
        super().__init__(("127.0.0.1", background.free_port()), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.page = ""
        self.policy = None
        self.said = queue.Queue()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __exit__(self, *error):
        self.shutdown()
        super().__exit__(*error)

    def outcome(self):
        """What the page says, once it has."""
        try:
            return json.loads(self.said.get(timeout=PATIENCE_S))
        except queue.Empty:
            raise Wrong("the page says nothing") from None


class Handler(http.server.BaseHTTPRequestHandler):
    """Gives the page and its script, and takes the outcome."""

    def do_GET(self):
        """One of the three."""
        path, _, query = self.path.partition("?")
        if path == "/outcome":
            self.server.said.put(urllib.parse.unquote(query))
        scripts = {"/page.js": (HERE / "page.js").read_text()}
        is_page = path == "/"
        self.send_response(200)
        self.send_header("Content-Type", "text/html" if is_page else "text/javascript")
        if is_page and self.server.policy:
            self.send_header("Content-Security-Policy", self.server.policy)
        self.end_headers()
        self.wfile.write((self.server.page if is_page else scripts.get(path, "")).encode())

    def log_message(self, *_):
        """Says nothing."""
