//! Does one part of the service over and over, so that its instructions can be counted:
//! `instructions PART COUNT`. Without arguments it prints the names of the parts.
//!
//! `scripts/benchmark/instructions.py` counts them. Whatever is random has a fixed seed.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::ChaCha12Rng;
use sms_captcha::{Size, draw};
use sms_core::{CodeLength, ImageCode, Mobile, Quotas, SendLog, SmsCode, Timestamp};
use sms_gateway::bench::ccp_request;

/// Makes a part ready; what comes of it does the part once.
type Setup = fn() -> Result<Part, Box<dyn Error>>;
type Part = Box<dyn FnMut()>;

const PARTS: [(&str, Setup); 16] = [
    ("parse_mainland", || parse("13800138000")),
    ("parse_mainland_86", || parse("+8613800138000")),
    ("parse_foreign", || parse("+33612345678")),
    ("generate_sms_code", generate_sms_code),
    ("compare_sms_code", compare_sms_code),
    ("compare_image_code", compare_image_code),
    ("parse_quotas", parse_quotas),
    ("wait_1", || wait(1)),
    ("wait_10", || wait(10)),
    ("wait_1000", || wait(1000)),
    ("take_1", || take(1)),
    ("take_10", || take(10)),
    ("take_1000", || take(1000)),
    ("draw_120x40", || picture(120, 40)),
    ("draw_240x80", || picture(240, 80)),
    ("ccp_request", || part(ccp_request())),
];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => PARTS.iter().for_each(|(name, _)| println!("{name}")),
        [name, count] => {
            let known = PARTS.iter().find(|(known, _)| known == name);
            let (_, setup) = known.ok_or("no such part")?;
            let mut part = setup()?;
            (0..count.parse::<u32>()?).for_each(|_| part());
        }
        _ => return Err("usage: instructions [PART COUNT]".into()),
    }
    Ok(())
}

fn part<T>(mut work: impl FnMut() -> T + 'static) -> Result<Part, Box<dyn Error>> {
    Ok(Box::new(move || {
        black_box(work());
    }))
}

fn parse(text: &'static str) -> Result<Part, Box<dyn Error>> {
    part(move || Mobile::parse(black_box(text)))
}

fn generate_sms_code() -> Result<Part, Box<dyn Error>> {
    let mut rng = ChaCha12Rng::seed_from_u64(1);
    part(move || SmsCode::generate(&mut rng, CodeLength::SIX))
}

fn compare_sms_code() -> Result<Part, Box<dyn Error>> {
    let code = SmsCode::parse("246810")?;
    part(move || code.matches(black_box("246810")))
}

fn compare_image_code() -> Result<Part, Box<dyn Error>> {
    let code = ImageCode::new("K7XW")?;
    part(move || code.matches(black_box("k7xw")))
}

fn parse_quotas() -> Result<Part, Box<dyn Error>> {
    part(|| Quotas::parse(black_box(&["1/60s", "5/1h", "10/24h"])))
}

/// A log of a length, full by its quotas.
fn full_log(entries: u32) -> Result<(SendLog, Quotas, Timestamp), Box<dyn Error>> {
    let quotas = Quotas::parse(&[format!("{entries}/1h")])?;
    let now = Timestamp::from_millis(1_700_000_000_000);
    let mut log = SendLog::default();
    (0..entries).for_each(|_| log.record(now, &quotas));
    Ok((log, quotas, now))
}

fn wait(entries: u32) -> Result<Part, Box<dyn Error>> {
    let (log, quotas, now) = full_log(entries)?;
    part(move || log.wait(black_box(now), &quotas))
}

fn take(entries: u32) -> Result<Part, Box<dyn Error>> {
    let (mut log, quotas, mut now) = full_log(entries)?;
    part(move || {
        // Later by the whole window each time, so that there is room.
        now = now.after(Duration::from_secs(3600));
        log.take(now, &quotas)
    })
}

fn picture(width: u16, height: u16) -> Result<Part, Box<dyn Error>> {
    let size = Size::new(width, height)?;
    let mut seed = 0;
    part(move || {
        seed += 1;
        draw(black_box("K7XW"), size, seed)
    })
}
