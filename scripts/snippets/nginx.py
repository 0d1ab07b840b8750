"""Parts of a configuration of nginx: nginx checks them, and passes requests on as they say."""

import re
import urllib.error
import urllib.request

import background
from wrong import Wrong

# What stands outside of a `server`.
OUTER = ("upstream ", "server {", "map ", "limit_req_zone ", "log_format ", "proxy_cache_path ")
TOP = re.compile(r"^\S(?:[^{};]*;|[^{]*\{.*?^\})", re.DOTALL | re.MULTILINE)
LOCATION = re.compile(r"^\s*location\s+(?:\S+\s+)?(/\S*)\s*\{", re.MULTILINE)
# What proxies pass on.
ROUTES = (
    "/image_codes/picture/", "/sms_codes/13800138000/", "/receipts/ccp/token/", "/v2/Services", "/sms-code.js",
    "/static/app.js", "/docs", "/openapi.json", "/")
PREAMBLE = """pid {root}/nginx.pid;
error_log {root}/running/nginx-errors.log;
events {{}}
http {{
access_log off;
client_body_temp_path {root}/temporary;
proxy_temp_path {root}/temporary;
fastcgi_temp_path {root}/temporary;
uwsgi_temp_path {root}/temporary;
scgi_temp_path {root}/temporary;
"""


def check(block, sandbox):
    """Nginx takes it; if its upstream runs on this page, each location is asked for through it."""
    port = background.free_port()
    file = sandbox.keep("nginx.conf", wrapped(sandbox, sandbox.here(block.text), port))
    nginx = ["nginx", "-c", str(file), "-e", str(sandbox.root / "running/nginx-errors.log")]
    code, said = sandbox.run([*nginx, "-t"], env=None)
    if code:
        raise Wrong(said)
    if not background.accepts(sandbox.port(8100)):
        return
    background.start(
        sandbox.root, "nginx", [*nginx, "-g", "daemon off;"], None, lambda: background.accepts(port))
    for path in LOCATION.findall(block.text):
        ask(route(path), port, sandbox.port(8100))
    background.stop(sandbox.root, "nginx")


def route(path):
    """A path of the server that a location is for."""
    found = [route for route in ROUTES if route.startswith(path)]
    if not found:
        raise Wrong(f"the server has nothing at {path}")
    return found[0]


def wrapped(sandbox, text, port):
    """A whole configuration with that text in it."""
    outer, inner = [], []
    for part in TOP.findall(re.sub(r"#.*", "", text)):
        (outer if part.startswith(OUTER) else inner).append(part)
    server = f"server {{\nlisten 127.0.0.1:{port};\n" + "\n".join(inner) + "\n}\n" if inner else ""
    return PREAMBLE.format(root=sandbox.root) + "\n".join(outer) + "\n" + server + "}\n"


def ask(path, *ports):
    """The answer through nginx is that of the server: with its status, and with the header that names requests."""
    through, direct = (status_and_headers(f"http://127.0.0.1:{port}{path}") for port in ports)
    if through[0] != direct[0] or "x-request-id" not in through[1]:
        raise Wrong(f"{path} is answered with {through[0]}, and by the server with {direct[0]}")


def status_and_headers(url):
    """Of an answer, whatever it says."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers
