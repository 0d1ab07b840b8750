"""Commands must be told apart from what they print: `python3 -m unittest` in this folder."""

import unittest

from configuration import are_variables
from shell import ANSWER, commands, console, logged_first
from wrong import Wrong


class Commands(unittest.TestCase):
    def test_each_line_is_a_command_and_comments_are_none(self):
        self.assertEqual(["ls  # files", "pwd"], commands("# first\nls  # files\n\npwd\n"))

    def test_what_goes_on_in_the_next_line_is_one_command(self):
        rows = ["ls \\\n  -l", "echo 'a\nb'", "if true; then\n  ls\nfi", "cat <<END\na\nEND", "a |\n  b"]
        for row in rows:
            self.assertEqual([row, "pwd"], commands(f"{row}\npwd\n"), row)

    def test_what_is_never_whole_is_kept_so_that_it_fails(self):
        self.assertEqual(["echo 'a\npwd\n"], commands("echo 'a\npwd\n"))

    def test_an_answer_is_a_comment_that_is_json(self):
        self.assertEqual('{"a":1}', ANSWER.search('curl http://h/   # {"a":1}')[1])
        self.assertIsNone(ANSWER.search("curl http://h/   # the demo page"))


class Console(unittest.TestCase):
    def test_lines_belong_to_the_command_above_them(self):
        self.assertEqual([("a", "1\n2"), ("b", ""), ("c", "3")], console("$ a\n1\n2\n$ b\n$ c\n3\n"))

    def test_lines_without_a_command_are_refused(self):
        with self.assertRaises(Wrong):
            console("1\n$ a\n")

    def test_a_log_may_come_before_or_after_all_else(self):
        line = "2026-11-22T13:38:14.613Z INFO  audit: record"
        self.assertEqual(logged_first(f"{line}\na\nb"), logged_first(f"a\nb\n{line}"))


class Variables(unittest.TestCase):
    def test_variables_alone_are_a_configuration(self):
        self.assertTrue(are_variables("# /etc/sms-server/env\nSMS__SERVER__MODE=prod\nA=\"b c\"\n"))

    def test_a_variable_before_a_command_is_none(self):
        for text in ("A=1 ls\n", "A=1\nls\n", "# a comment\n"):
            self.assertFalse(are_variables(text), text)


if __name__ == "__main__":
    unittest.main()
