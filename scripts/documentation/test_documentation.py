"""Whatever is broken is found, and nothing else: `python3 -m unittest` in this folder."""

import pathlib
import tempfile
import unittest

import book
import diagrams
import editions
import links
import markdown
import summary

ENGLISH = """# Title

English | [中文](zh-CN/PAGE.md)

## One `key`

Text about `store.url`; see [below](#two).

| key | default | meaning |
| --- | --- | --- |
| `a.b` | `1` | a number \\| two |
| `a.c` | required | text |

- one item

```sh
run it   # with a comment
# and a line of its own
```

## Two

```json
{"a": 1}
```
"""

CHINESE = """# 标题

[English](../PAGE.md) | 中文

## 一 `key`

关于 `store.url`；见[下文](#二)。

| 键 | 默认 | 含义 |
| --- | --- | --- |
| `a.b` | `1` | 数字 |
| `a.c` | 必填 | 文本 |

- 一项

```sh
run it   # 带注释
# 注释行
```

## 二

```json
{"a": 1}
```
"""

CONTENTS = "# Contents\n\n- [Page](PAGE.md)\n- [页](zh-CN/PAGE.md)\n"

BREAKAGES = [
    # what is changed in the Chinese page, and a part of the complaint
    ("## 二\n", "### 二\n", "other headings"),
    ("## 二\n", "## 二\n\n## 三\n", "other headings"),
    ("## 一 `key`", "## 一 `other`", "in the heading: lacks key"),
    ("`1`", "`2`", "in the row `a.b`: lacks 1"),
    ("`a.b`", "`a.d`", "lacks a.b"),
    ("必填", "可选", "'可选' for 'required'"),
    ("| `a.c` | 必填 | 文本 |\n", "", "rows of tables"),
    ("| `a.c` | 必填 | 文本 |\n", "| `a.c` | 必填 |\n", "has 2 cells"),
    ("- 一项\n", "", "0 items"),
    ("## 二\n", "## 二\n\n更多。\n", "1 paragraphs, 0 in English"),
    ("run it   #", "run that   #", "other code"),
    ('{"a": 1}', '{"a": 2}', "other code"),
    ("`store.url`", "store.url", "lacks store.url"),
    ("#二", "#一-key", "links: lacks docs/PAGE.md#heading 3"),
    ("(../PAGE.md)", "(PAGE.md)", "no link from PAGE.md at its top"),
]


class Repository(unittest.TestCase):
    """A repository with one page in both editions."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name).resolve()
        self.write("docs/SUMMARY.md", CONTENTS)
        self.write("docs/PAGE.md", ENGLISH)
        self.write("docs/zh-CN/PAGE.md", CHINESE)

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def complaints(self, check):
        return list(check.complaints(self.root, links.pages(self.root)))

    def assert_complains(self, check, part):
        complaints = self.complaints(check)
        self.assertTrue(any(part in complaint for complaint in complaints), f"{part!r} in {complaints}")


class Editions(Repository):
    def test_a_translation_is_no_complaint(self):
        self.assertEqual([], self.complaints(editions))

    def test_whatever_differs_is_named(self):
        for old, new, part in BREAKAGES:
            with self.subTest(new=new):
                self.assertIn(old, CHINESE)
                self.write("docs/zh-CN/PAGE.md", CHINESE.replace(old, new, 1))
                self.assert_complains(editions, part)

    def test_a_page_without_an_original_is_named(self):
        self.write("docs/zh-CN/MORE.md", "# 更多\n")
        self.assert_complains(editions, "no such page in English")

    def test_a_link_into_the_other_edition_is_named(self):
        english = "See [more](MORE.md).\n"
        self.write("docs/MORE.md", "# More\n\n[中文](zh-CN/MORE.md)\n")
        self.write("docs/zh-CN/MORE.md", "# 更多\n\n[English](../MORE.md)\n")
        self.write("docs/PAGE.md", ENGLISH + english)
        self.write("docs/zh-CN/PAGE.md", f"{CHINESE}见[更多](../MORE.md)。\n")
        self.assert_complains(editions, "though it is there in Chinese")
        self.write("docs/zh-CN/PAGE.md", f"{CHINESE}见[更多](MORE.md)。\n")
        self.assertEqual([], self.complaints(editions))


    def test_a_picture_with_english_words_is_named_if_there_is_another(self):
        for path in ["docs/d/a.svg", "docs/d/zh-CN/a.svg"]:
            self.write(path, "<svg/>")
        self.write("docs/PAGE.md", f"{ENGLISH}![a](d/a.svg)\n")
        self.write("docs/zh-CN/PAGE.md", f"{CHINESE}![图](../d/a.svg)\n")
        self.assert_complains(editions, "though it is there in Chinese")
        self.write("docs/zh-CN/PAGE.md", f"{CHINESE}![图](../d/zh-CN/a.svg)\n")
        self.assertEqual([], self.complaints(editions))


class Links(Repository):
    def test_links_that_lead_somewhere_are_no_complaint(self):
        self.assertEqual([], self.complaints(links))

    def test_links_that_lead_nowhere_are_named(self):
        for link, part in [
            ("[a](MISSING.md)", "no file"), ("![a](missing.svg)", "no file"), ("[a](#nothing)", "no heading"),
            ("[a](PAGE.md#nothing)", "no heading"), ("[a]: MISSING.md", "no file"),
            ('<img src="missing.png">', "no file"),
        ]:
            with self.subTest(link=link):
                self.write("docs/MORE.md", f"# More\n\n{link}\n")
                self.assert_complains(links, part)

    def test_what_is_in_code_or_outside_is_no_link(self):
        self.write("docs/MORE.md", "`[a](b)`\n\n```text\n[a](b)\n```\n\n[a](https://example.org/b) [c](crate::D)\n")
        self.assertEqual([], self.complaints(links))


class Summary(Repository):
    def test_a_whole_one_is_no_complaint(self):
        self.assertEqual([], self.complaints(summary))

    def test_what_it_lacks_or_has_twice_is_named(self):
        for contents, part in [
            ("- [Page](PAGE.md)\n", "zh-CN/PAGE.md is not listed"),
            (f"{CONTENTS}- [Page](PAGE.md)\n", "PAGE.md is twice listed"),
            (f"{CONTENTS}- [Code](../README.md)\n", "README.md is no page of the book"),
        ]:
            with self.subTest(part=part):
                self.write("docs/SUMMARY.md", contents)
                self.assert_complains(summary, part)


class Diagrams(Repository):
    SOURCE = "// Title\n// What it says & more.\ndigraph { a }\n"
    DRAWN = '<svg width="8pt" height="9pt" viewBox="0 0 8 9"><g class="graph"><title>a</title></g></svg>'

    def setUp(self):
        super().setUp()
        self.write("docs/diagrams/style.css", "text { fill: red; }\n")
        self.write("docs/diagrams/crates.dot", '// Title\n// Words.\ndigraph { "a" -> "sms-b" }\n')
        self.write("crates/a/Cargo.toml", '[package]\nname = "a"\n[dependencies]\nsms-b = "1"\nserde = "1"\n')
        for path in diagrams.sources(self.root):
            path.with_suffix(".svg").write_text(self.dressed(path.read_text()))

    def dressed(self, source):
        style = diagrams.style(self.root)
        return diagrams.dress(self.DRAWN, diagrams.words(source), style, diagrams.digest(source, style))

    def test_what_is_drawn_from_its_source_is_no_complaint(self):
        self.assertEqual([], self.complaints(diagrams))

    def test_a_picture_says_what_it_shows(self):
        drawn = self.dressed(self.SOURCE)
        self.assertIn('<title id="title">Title</title>', drawn)
        self.assertIn('<desc id="description">What it says &amp; more.</desc>', drawn)
        self.assertNotIn("<title>a</title>", drawn)

    def test_a_source_without_words_is_refused(self):
        with self.assertRaises(ValueError):
            diagrams.words("digraph { a }\n")

    def test_whatever_is_not_of_its_source_is_named(self):
        for name, text, part in [
            ("docs/diagrams/crates.dot", '// Title\n// Others.\ndigraph { "a" -> "sms-b" }\n', "was not run"),
            ("docs/diagrams/more.dot", self.SOURCE, "more.dot: scripts/diagrams was not run"),
            ("docs/diagrams/less.svg", self.DRAWN, "has no source"),
            ("docs/diagrams/style.css", "", "was not run"),
        ]:
            with self.subTest(name=name):
                self.setUp()
                self.write(name, text)
                self.assert_complains(diagrams, part)

    def test_a_translation_with_another_shape_is_named(self):
        original = '// Title\n// Words.\ndigraph { a [label = <<b>word</b><br/>more>]; b [label = "word"] }\n'
        translation = '// 标题\n// 文字。\ndigraph { a [label = <<b>词</b>>]; b [label = "词"] }\n'
        self.write("docs/diagrams/more.dot", original)
        part = "another diagram than in English"
        for text, is_wrong in [(translation, False), (translation.replace("; b", "; c"), True)]:
            self.write("docs/diagrams/zh-CN/more.dot", text)
            self.assertEqual(is_wrong, any(part in complaint for complaint in self.complaints(diagrams)))

    def test_arrows_that_differ_from_the_crates_are_named(self):
        self.write("crates/a/Cargo.toml", '[package]\nname = "a"\n[dev-dependencies]\nsms-c = "1"\n')
        self.assert_complains(diagrams, "no arrow from a to sms-c")
        self.assert_complains(diagrams, "an arrow too many from a to sms-b")


class Book(unittest.TestCase):
    def test_links_that_lead_out_of_it_become_text(self):
        for path, link, is_link in [
            ("A.md", "[b](B.md#c)", True), ("zh-CN/A.md", "[b](../B.md)", True), ("A.md", "[b](https://c/../../d)", True),
            ("A.md", "![b](../c.png)", True), ("A.md", "[`b`](../crates/B.md)", False),
            ("A.md", "[b](SUMMARY.md)", False), ("zh-CN/A.md", "[b](../../B.md)", False), ("zh-CN/A.md", "[b](../C/../../B.md)", False),
        ]:
            with self.subTest(path=path, link=link):
                self.assertEqual(is_link, book.within(f"See {link}.", path) == f"See {link}.")

    def test_chapters_are_found_at_any_depth(self):
        inner = {"content": "in", "path": "b.md", "sub_items": []}
        outer = {"content": "out", "path": "a.md", "sub_items": [{"Chapter": inner}]}
        given = {"sections": ["Separator", {"PartTitle": "p"}, {"Chapter": outer}]}
        self.assertEqual(["out", "in"], [chapter["content"] for chapter in book.chapters(given)])


class Anchors(unittest.TestCase):
    def test_they_are_those_of_github(self):
        for heading, name in [
            ("`GET /sms_codes/{mobile}/`", "get-sms_codesmobile"), ("What's **new**?", "whats-new"),
            ("5. Send [it](there)", "5-send-it"), ("配置文件（TOML）", "配置文件toml"), ("A & B", "a--b"),
        ]:
            self.assertEqual(name, markdown.anchor(heading))

    def test_the_second_of_a_name_has_a_number(self):
        self.assertEqual(["a", "a-1"], markdown.Page("a.md", "# A\n\n## A\n").anchors())


if __name__ == "__main__":
    unittest.main()
