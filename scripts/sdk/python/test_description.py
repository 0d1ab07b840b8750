"""What the server says of itself in OpenAPI holds for whatever may be asked."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

from sms_server import ACCOUNT, TOKEN, Server, environment

CHECKS = ["not_a_server_error", "status_code_conformance", "content_type_conformance",
          "response_schema_conformance"]


class Description(unittest.TestCase):
    """Requests that the description allows, and some that it does not."""

    def test_no_answer_is_an_error_of_the_server_or_one_that_is_not_described(self):
        server = Server()
        self.addCleanup(server.stop)
        command = [
            str(pathlib.Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json",
            "--auth", f"{ACCOUNT}:{TOKEN}", "--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing",
            "--max-examples", "20", "--generation-deterministic", "--suppress-health-check", "all",
            "--no-color",
        ]
        # It keeps a cache where it runs.
        folder = self.enterContext(tempfile.TemporaryDirectory())
        run = subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertRegex(run.stdout, r"Tested: 25\b")
