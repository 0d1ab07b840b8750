use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use sms_captcha::{ALPHABET, draw};
use sms_core::{AddressBlock, ImageCode, ImageId};
use sms_store::{PictureAdmission, PictureRequest};

use crate::{ServiceError, VerificationService};

/// What came of asking for a picture.
#[derive(Debug)]
pub enum Picture {
    /// A PNG file. Its text is in the store.
    Drawn(Vec<u8>),
    /// This address asked for too many.
    AddressTooOften {
        /// How long until it may have another.
        retry_after: Duration,
    },
    /// As many pictures are being made as may be; nothing was done.
    Overloaded,
}

impl VerificationService {
    /// Draws a picture with a fresh text and keeps the text under `id`, in place of any older.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn give_picture(
        &self,
        id: &ImageId,
        address: AddressBlock,
    ) -> Result<Picture, ServiceError> {
        let policy = &self.shared.policy;
        let Ok(_place) = self.shared.pictures.try_acquire() else {
            return Ok(Picture::Overloaded);
        };
        let text = ImageCode::generate(&mut rand::rng(), ALPHABET, policy.image.length)?;
        let request = PictureRequest {
            address,
            address_quotas: &policy.limits.image_per_ip,
            image: id,
            text: &text,
            ttl: policy.image.ttl,
        };
        let admission = self.shared.store.admit_picture(&request).await?;
        self.shared.observer.on_picture(&admission);
        match admission {
            PictureAdmission::Kept => Ok(Picture::Drawn(self.draw(text).await?)),
            PictureAdmission::AddressTooOften { retry_after } => {
                Ok(Picture::AddressTooOften { retry_after })
            }
        }
    }

    /// Draws on a thread of its own, so that no other request waits for it.
    async fn draw(&self, text: ImageCode) -> Result<Vec<u8>, ServiceError> {
        let turn = Arc::clone(&self.shared.drawing).acquire_owned().await;
        let turn = turn.map_err(|_| ServiceError::CutOff)?;
        let size = self.shared.policy.image.size;
        let drawn = tokio::task::spawn_blocking(move || {
            // Kept until it is drawn, even if nobody waits for it any more.
            let _turn = turn;
            draw(text.expose(), size, rand::rng().next_u64())
        });
        Ok(drawn.await??)
    }
}
