use std::env;
use std::path::PathBuf;
use std::time::Duration;

use chromiumoxide::{Browser, BrowserConfig};
use futures_util::StreamExt;
use tempfile::TempDir;

const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// A Chromium of its own, with an empty profile.
pub(crate) struct Chromium {
    pub(crate) browser: Browser,
    // Goes away after the process that writes to it.
    _profile: TempDir,
}

impl Chromium {
    pub(crate) async fn launch() -> Self {
        let profile = TempDir::new().unwrap();
        let config = BrowserConfig::builder()
            .chrome_executable(executable())
            .user_data_dir(profile.path())
            .new_headless_mode()
            // Containers rarely allow what the sandbox needs, and our own page is all that runs.
            .no_sandbox()
            // The crate adds to these what keeps a browser from calling home.
            .args(["disable-gpu", "disable-quic", "disable-component-update"])
            // Each visitor has a screen of its own.
            .viewport(None)
            .launch_timeout(Duration::from_secs(60))
            .build()
            .unwrap();
        let (browser, mut handler) = Browser::launch(config).await.unwrap();
        // It moves what is said on the connection. An error is one message that can't be read.
        tokio::spawn(async move { while handler.next().await.is_some() {} });
        Self {
            browser,
            _profile: profile,
        }
    }

    pub(crate) async fn quit(mut self) {
        self.browser.close().await.unwrap();
        self.browser.wait().await.unwrap();
    }
}

fn executable() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let found = env::split_paths(&path)
        .flat_map(|directory| NAMES.map(|name| directory.join(name)))
        .find(|file| file.is_file());
    found.expect("a browser is needed on PATH: install the Debian package `chromium`")
}
