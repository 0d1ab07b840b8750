//! How long a picture takes, from its text to the last byte of the PNG.

#![expect(clippy::unwrap_used, reason = "what a bench is built from has to work")]

use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use sms_captcha::{Size, draw};

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut group = criterion.benchmark_group("draw");
    for (width, height) in [(120, 40), (240, 80)] {
        let size = Size::new(width, height).unwrap();
        // Some pictures take longer than others: each is another one.
        let mut seed = 0;
        group.bench_function(format!("{width}x{height}"), |b| {
            b.iter(|| {
                seed += 1;
                draw(black_box("K7XW"), size, seed)
            });
        });
    }
    group.finish();
    criterion.final_summary();
}
