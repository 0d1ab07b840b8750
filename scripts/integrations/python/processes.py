"""What runs beside the applications, as child processes: the service and its Redis, and programs that
tell when they are ready."""

import contextlib
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading

import redis

HERE = pathlib.Path(__file__).resolve().parents[1]
ROOT = HERE.parents[1]
CONFIG = HERE / "server.toml"
PATIENCE_S = 30
# How long the applications wait for the service. The answers that it does not give take as long.
TIMEOUT_S = 2


class Program:
    """A program, from when it says that it is ready until it is closed."""

    def __init__(self, command, ready, **environment):
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("SMS__")}
        self.process = subprocess.Popen(
            [str(part) for part in command], env={**inherited, **environment}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        self.said = self._wait_for(ready)

    def _wait_for(self, ready):
        """The words that match. The rest goes on being read, so that it can go on writing."""
        said = []
        for line in self.process.stdout:
            said.append(line)
            if found := re.search(ready, line):
                threading.Thread(target=self.process.stdout.read, daemon=True).start()
                return found[0]
        raise RuntimeError(f"{self.process.args[0]} did not start:\n" + "".join(said))

    @contextlib.contextmanager
    def frozen(self):
        """Within, it takes connections and says nothing."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise
        finally:
            self.process.stdout.close()


class Redis(Program):
    """A Redis that keeps nothing when it ends."""

    def __init__(self):
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--save", ""]
        super().__init__(command, "Ready to accept connections")
        self.client = redis.Redis(port=port, decode_responses=True)

    def __exit__(self, *exception):
        self.client.close()
        super().__exit__(*exception)


class Service(Program):
    """The service itself."""

    def __init__(self, store):
        binary = os.environ.get("SMS_SERVER", ROOT / "target/debug/sms-server")
        command = [binary, "--config", CONFIG]
        super().__init__(command, r"(?<=demo page at )http://\S+(?=/$)", SMS__STORE__URL=store.url)
        self.url = self.said


class Nginx(Program):
    """nginx with a server that has these lines in it.

    Nothing is put into files on its way, as a worker of another user could not.
    """

    def __init__(self, lines):
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.directory = tempfile.TemporaryDirectory()
        file = pathlib.Path(self.directory.name, "nginx.conf")
        file.write_text(f"""
            daemon off;
            worker_processes 1;
            pid nginx.pid;
            error_log stderr notice;
            events {{}}
            http {{
                access_log off;
                proxy_max_temp_file_size 0;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                server {{ listen 127.0.0.1:{port}; {lines} }}
            }}
        """)
        super().__init__(["nginx", "-p", self.directory.name, "-c", file], "start worker process ")

    def __exit__(self, *exception):
        super().__exit__(*exception)
        self.directory.cleanup()


def free_port():
    """A port of this machine that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def nobody():
    """The address of a service that is not there."""
    return f"http://127.0.0.1:{free_port()}"
