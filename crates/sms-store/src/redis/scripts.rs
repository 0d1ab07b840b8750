use super::call::Script;

/// A script: what all begin with, and these files.
macro_rules! script {
    ($($file:literal),+) => {
        Script::new(concat!(
            include_str!("lua/lib.lua"),
            $(include_str!(concat!("lua/", $file))),+
        ))
    };
}

/// The same about verifications.
macro_rules! verification {
    ($($file:literal),+) => {
        script!("logs.lua", "shown.lua", "verifications.lua", $($file),+)
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
    pub(super) note_dispatch: Script,
    pub(super) take_report: Script,
    pub(super) read_delivery: Script,
    pub(super) admit_picture: Script,
    pub(super) admit_send: Script,
    pub(super) ping: Script,
    pub(super) start_verification: Script,
    pub(super) may_start_verification: Script,
    pub(super) settle_verification: Script,
    pub(super) check_verification: Script,
    pub(super) end_verification: Script,
    pub(super) read_verification: Script,
    pub(super) admit_verification: Script,
    pub(super) read_text: Script,
    pub(super) swap_text: Script,
    pub(super) forget_attempts: Script,
    pub(super) change_attempts: Script,
    pub(super) read_attempt: Script,
    pub(super) read_attempts: Script,
    pub(super) read_number: Script,
    pub(super) forget_number: Script,
    pub(super) forget_log: Script,
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            take_slot: script!("logs.lua", "take_slot.lua"),
            give_back_slot: script!("logs.lua", "giving_back.lua", "give_back_slot.lua"),
            put_image_code: script!("put_image_code.lua"),
            consume_image_code: script!("consume_image_code.lua"),
            issue: script!("logs.lua", "shown.lua", "codes.lua", "issue.lua"),
            settle: script!(
                "logs.lua",
                "giving_back.lua",
                "shown.lua",
                "comparing.lua",
                "codes.lua",
                "settle.lua"
            ),
            note_sender: script!("shown.lua", "comparing.lua", "codes.lua", "note_sender.lua"),
            check: script!(
                "logs.lua",
                "shown.lua",
                "comparing.lua",
                "codes.lua",
                "check.lua"
            ),
            note_dispatch: script!("deliveries.lua", "note_dispatch.lua"),
            take_report: script!("deliveries.lua", "take_report.lua"),
            read_delivery: script!("read_delivery.lua"),
            admit_picture: script!("logs.lua", "admit_picture.lua"),
            admit_send: script!("logs.lua", "shown.lua", "codes.lua", "admit_send.lua"),
            ping: script!("ping.lua"),
            start_verification: verification!("starting.lua", "start_verification.lua"),
            may_start_verification: verification!("starting.lua", "may_start_verification.lua"),
            settle_verification: verification!("giving_back.lua", "settle_verification.lua"),
            check_verification: verification!("comparing.lua", "check_verification.lua"),
            end_verification: verification!("end_verification.lua"),
            read_verification: verification!("read_verification.lua"),
            admit_verification: verification!("starting.lua", "admit_verification.lua"),
            read_text: script!("logs.lua", "read_text.lua"),
            swap_text: script!("logs.lua", "swap_text.lua"),
            forget_attempts: script!("forget_attempts.lua"),
            change_attempts: script!("change_attempts.lua"),
            read_attempt: script!("read_attempt.lua"),
            read_attempts: script!("read_attempts.lua"),
            read_number: verification!("codes.lua", "numbers.lua", "read_number.lua"),
            forget_number: verification!("codes.lua", "numbers.lua", "forget_number.lua"),
            forget_log: script!("logs.lua", "forget_log.lua"),
        }
    }
}
