//! Speaks digits into a file, for listening and measuring: `say FILE DIGITS LANGUAGE SEED`, where
//! LANGUAGE is `en` or `zh`.

use std::error::Error;
use std::{env, fs};

use sms_captcha::{Language, speak};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [file, digits, language, seed] = arguments.as_slice() else {
        return Err("usage: say FILE DIGITS LANGUAGE SEED".into());
    };
    let language = match language.as_str() {
        "en" => Language::English,
        "zh" => Language::Mandarin,
        _ => return Err("a language is en or zh".into()),
    };
    fs::write(file, speak(digits, language, seed.parse()?)?)?;
    Ok(())
}
