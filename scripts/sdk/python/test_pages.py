"""What docs/ says to somebody who moves to the Verify face: its programs run, and its
configurations are such."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest.mock

from case import SdkTest, wrong
from sms_server import ACCOUNT, ROOT, SERVICES, TOKEN, binary, environment

FROM_TWILIO = ROOT / "docs/MOVING_FROM_TWILIO.md"
TO_VERIFY = ROOT / "docs/MOVING_TO_VERIFY.md"
HOST = "https://sms.example.org"
PATIENCE_S = 60


def blocks(page, language):
    """The blocks of code in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page.read_text(), re.DOTALL | re.MULTILINE)


class FromTwilio(SdkTest):
    """Each program asks for a number and a code, and prints what became of it."""

    def environment(self):
        return {
            **environment(), "TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": TOKEN,
            "VERIFY_SERVICE_SID": SERVICES["shop"],
        }

    def answer(self, program, question, answer):
        """Waits for a question of a program and answers it."""
        asked = ""
        while not asked.endswith(question):
            letter = program.stdout.read(1)
            self.assertTrue(letter, f"{question!r} was not asked, but {asked!r} was said")
            asked += letter
        program.stdin.write(answer() + "\n")
        program.stdin.flush()

    def verifies(self, command, program):
        """Runs a program of the page, with this server in the place of the one that it names."""
        self.assertIn(HOST, program)
        number = self.number()
        with tempfile.NamedTemporaryFile("w", suffix=".program") as file:
            file.write(program.replace(HOST, self.server.url))
            file.flush()
            with subprocess.Popen(
                [*command, file.name], env=self.environment(), text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            ) as running:
                self.answer(running, "Number: ", lambda: number)
                self.answer(running, "Code: ", lambda: self.server.code(number))
                said, _ = running.communicate(timeout=PATIENCE_S)
        self.assertEqual((said.strip(), running.returncode), ("approved", 0))

    def test_the_programs_in_python_verify_a_number(self):
        programs = blocks(FROM_TWILIO, "python")
        self.assertEqual(len(programs), 2)
        for program in programs:
            self.verifies([sys.executable], program)

    def test_the_programs_for_node_verify_a_number(self):
        programs = blocks(FROM_TWILIO, "js")
        self.assertEqual(len(programs), 2)
        for program in programs:
            self.verifies(["node"], program)


class ToVerify(SdkTest):
    """The blocks of the page are one module of a shop."""

    def shop(self):
        """What that module has, by name."""
        variables = {
            "VERIFY_ACCOUNT": ACCOUNT, "VERIFY_KEY": ACCOUNT, "VERIFY_SECRET": TOKEN,
            "VERIFY_SERVICE": SERVICES["shop"],
        }
        module = {}
        with unittest.mock.patch.dict(os.environ, variables):
            for block in blocks(TO_VERIFY, "python"):
                exec(block.replace(HOST, self.server.url), module)
        return module

    def test_the_shop_sends_and_checks_as_its_people_are_used_to(self):
        shop = self.shop()
        self.addCleanup(shop["client"].http_client.session.close)
        address = "203.0.113.7"
        self.assertIsNone(shop["send"]("13800138000", address))
        code = self.server.code("+8613800138000")
        self.assertEqual(shop["check"]("13800138000", wrong(code)), "输入短信验证码有误")
        self.assertEqual(shop["check"]("13800138000", "1"), "输入短信验证码有误")
        self.assertIsNone(shop["check"]("13800138000", code))
        self.assertEqual(shop["check"]("13800138000", code), "短信验证码失效")
        self.assertEqual(shop["send"]("1380013800", address), "手机号格式不正确")
        for number in range(9):
            self.assertIsNone(shop["send"](f"1380013801{number}", address))
        self.assertEqual(shop["send"]("13800138020", address), "发送短信过于频繁")


class Configurations(SdkTest):
    def effective(self, more, *arguments):
        """The configuration that the server says it has."""
        checked = subprocess.run(
            [binary(), *arguments, "--check-config"], env={**environment(), **more},
            capture_output=True, text=True, check=False,
        )
        self.assertEqual(checked.returncode, 0, checked.stderr)
        return checked.stdout

    def test_each_is_one(self):
        for page in (FROM_TWILIO, TO_VERIFY):
            for toml in blocks(page, "toml"):
                with self.subTest(page=page.name), tempfile.TemporaryDirectory() as directory:
                    file = pathlib.Path(directory) / "sms-server.toml"
                    file.write_text(toml)
                    self.assertIn("VA", self.effective({}, "--config", file))

    def test_variables_say_the_same(self):
        for env in blocks(FROM_TWILIO, "env"):
            pairs = dict(line.split("=", 1) for line in env.splitlines() if "=" in line)
            self.assertIn("VA", self.effective(pairs))
