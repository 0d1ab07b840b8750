use sms_gateway::Message;

use crate::service::Shared;

impl Shared {
    /// Lets the store know which sender a code went by, so that a check can tell.
    ///
    /// The usual sender of such a number needs no note: most messages cost no trip to the store for
    /// this. A note that fails is missed by statistics alone.
    pub(crate) async fn note_sender(&self, message: &Message, sender: &str) {
        if sender == self.sender.usual(&message.to) {
            return;
        }
        let noted = self.store.note_sender(&message.to, &message.code, sender);
        if let Err(error) = noted.await {
            log::debug!(sender, message_id = message.id.as_str(); "sender not noted: {error}");
        }
    }
}
