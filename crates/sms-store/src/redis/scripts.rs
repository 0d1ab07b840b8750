use super::call::Script;

/// A script that begins with what they share.
macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(
            include_str!("lua/lib.lua"),
            include_str!(concat!("lua/", $file))
        ))
    };
}

/// A script about a code, with what these share besides.
macro_rules! code_script {
    ($file:literal) => {
        Script::new(concat!(
            include_str!("lua/lib.lua"),
            include_str!("lua/codes.lua"),
            include_str!(concat!("lua/", $file))
        ))
    };
}

/// The steps as they run inside Redis, one script each.
pub(super) struct Scripts {
    pub(super) take_slot: Script,
    pub(super) give_back_slot: Script,
    pub(super) put_image_code: Script,
    pub(super) consume_image_code: Script,
    pub(super) issue: Script,
    pub(super) settle: Script,
    pub(super) note_sender: Script,
    pub(super) check: Script,
    pub(super) admit_picture: Script,
    pub(super) admit_send: Script,
    pub(super) ping: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            take_slot: script!("take_slot.lua"),
            give_back_slot: script!("give_back_slot.lua"),
            put_image_code: script!("put_image_code.lua"),
            consume_image_code: script!("consume_image_code.lua"),
            issue: code_script!("issue.lua"),
            settle: code_script!("settle.lua"),
            note_sender: code_script!("note_sender.lua"),
            check: code_script!("check.lua"),
            admit_picture: script!("admit_picture.lua"),
            admit_send: code_script!("admit_send.lua"),
            ping: script!("ping.lua"),
        }
    }
}
