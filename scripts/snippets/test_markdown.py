"""No block may be overlooked: `python3 -m unittest` in this folder."""

import unittest

from markdown import Block, blocks


def found(*lines):
    """The language and the text of each block of such a page."""
    return [(block.language, block.text) for block in blocks("page.md", "\n".join(lines))]


class Blocks(unittest.TestCase):
    def test_a_fenced_block_has_its_language_and_its_text(self):
        self.assertEqual([("sh", "ls\n\nls -l\n")], found("Text", "```sh", "ls", "", "ls -l", "```", "more"))

    def test_what_follows_the_language_is_not_part_of_it(self):
        self.assertEqual([("rust", "a\n")], found("```rust ignore", "a", "```"))

    def test_a_longer_fence_holds_a_shorter_one(self):
        self.assertEqual([("md", "```sh\nls\n```\n")], found("````md", "```sh", "ls", "```", "````"))

    def test_tildes_are_a_fence_that_backticks_do_not_close(self):
        self.assertEqual([("", "```\n")], found("~~~", "```", "~~~"))

    def test_a_block_in_a_list_loses_the_margin_of_the_list(self):
        self.assertEqual([("sh", "if a\n  b\n")], found("- item", "", "  ```sh", "  if a", "    b", "  ```"))

    def test_an_indented_block_ends_where_text_stands_at_the_margin(self):
        self.assertEqual([("", "a\n\n  b\n")], found("Text:", "", "    a", "", "      b", "", "more"))

    def test_the_rest_of_a_list_item_is_no_block(self):
        self.assertEqual([], found("- item", "", "    more of it", "", "    and more"))

    def test_the_rest_of_a_paragraph_is_no_block(self):
        self.assertEqual([], found("Text", "    more of it"))

    def test_code_within_a_line_is_no_block(self):
        self.assertEqual([], found("```sh``` is code", "`a` too"))

    def test_a_block_that_is_never_closed_is_refused(self):
        with self.assertRaises(ValueError):
            found("```sh", "ls")

    def test_a_block_knows_where_it_stands(self):
        [block] = blocks("page.md", "# One\n\n## Two #\n\n```sh\nls\n```\n")
        self.assertEqual(("page.md:5", "Two"), (str(block), block.heading))

    def test_what_looks_like_a_heading_in_a_block_is_none(self):
        [_, second] = blocks("page.md", "# One\n```sh\n# Two\n```\n```sh\nls\n```\n")
        self.assertEqual("One", second.heading)


class Essence(unittest.TestCase):
    def same(self, one, other, language="sh"):
        essences = [Block("page.md", 1, language, "", text).essence for text in (one, other)]
        return essences[0] == essences[1]

    def test_comments_may_differ(self):
        rows = [
            ("ls   # files\n", "ls   # 文件\n"),
            ("# first\nls\n", "ls\n"),
            ("a(); // this line is new\n", "a(); // 这一行是新的\n"),
            ("b { }  /* why */\n", "b { } /* 为什么 */\n"),
        ]
        for one, other in rows:
            self.assertTrue(self.same(one, other), one)

    def test_all_else_may_not(self):
        rows = [("ls\n", "ls -l\n"), ("curl a#b\n", "curl a#c\n"), ("get http://a/\n", "get http://b/\n")]
        for one, other in rows:
            self.assertFalse(self.same(one, other), one)


if __name__ == "__main__":
    unittest.main()
