//! Writes the description of the interface anew: `cargo run -p sms-server --example openapi >
//! docs/openapi.json`.

fn main() {
    print!("{}", sms_server::openapi());
}
