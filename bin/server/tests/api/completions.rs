//! `sms-server completions` and `sms-server man`.

use std::fs;

use crate::command_line::run;

#[test]
fn each_shell_completes_every_subcommand() {
    for shell in ["bash", "zsh", "fish"] {
        let (code, out, problem) = run(&["completions", shell], &[]);
        assert_eq!(code, 0, "{problem}");
        for word in ["send-test", "completions", "check-config", "sender"] {
            assert!(out.contains(word), "{word} is not in that of {shell}");
        }
    }
    let (code, _, problem) = run(&["completions", "tcsh"], &[]);
    assert_eq!(code, 2);
    assert!(problem.contains("bash, zsh, fish"), "{problem}");
}

#[test]
fn there_is_a_page_for_the_program_and_each_subcommand() {
    let directory = tempfile::tempdir().unwrap();
    let pages = directory.path().join("man1");
    let (code, out, problem) = run(&["man", pages.to_str().unwrap()], &[]);
    assert_eq!((code, &*out), (0, ""), "{problem}");
    for (page, text) in [
        ("sms-server.1", "check"),
        ("sms-server-send-test.1", "MOBILE"),
        ("sms-server-completions.1", "zsh"),
    ] {
        let page = fs::read_to_string(pages.join(page)).unwrap();
        assert!(page.contains(text), "{page}");
    }
}

#[test]
fn a_directory_that_can_not_be_written_to_is_named() {
    let (code, _, problem) = run(&["man", "/dev/null/man1"], &[]);
    assert_eq!(code, 1);
    assert!(
        problem.contains("sms-server: /dev/null/man1: "),
        "{problem}"
    );
}
