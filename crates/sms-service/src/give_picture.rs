use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use sms_captcha::{ALPHABET, draw};
use sms_core::{AddressBlock, ImageCode, ImageId};
use sms_store::{PictureAdmission, PictureRequest};

use crate::{ImagePolicy, ServiceError, VerificationService};

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

/// A picture and what it shows. The text is wiped when it is dropped; the picture isn't, because
/// it is worth nothing before its text is kept, and everybody's to read after that.
pub(crate) struct Drawn {
    text: ImageCode,
    png: Vec<u8>,
}

impl Drawn {
    pub(crate) fn new(image: &ImagePolicy) -> Result<Self, ServiceError> {
        let text = fresh_text(image)?;
        let png = draw(text.expose(), image.size, rand::rng().next_u64())?;
        Ok(Self { text, png })
    }
}

fn fresh_text(image: &ImagePolicy) -> Result<ImageCode, ServiceError> {
    let text = ImageCode::generate(&mut rand::rng(), ALPHABET, image.length)?;
    Ok(text)
}

impl VerificationService {
    /// Gives a picture with a fresh text and keeps the text under `id`, in place of any older. It
    /// was drawn ahead, or is drawn now if none is left.
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
        // The store needs the text, so the picture is taken before it is known whether there may be
        // one. It is put back only if the store says that it did not keep the text: if the store
        // fails, or the caller goes away, the text may be kept, and solving the picture for
        // somebody else would pay for that one too.
        let ahead = self.shared.stock.take();
        let text = match ahead.thing() {
            Some(drawn) => drawn.text.clone(),
            None => fresh_text(&policy.image)?,
        };
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
            PictureAdmission::Kept => match ahead.used() {
                Some(drawn) => Ok(Picture::Drawn(drawn.png)),
                None => Ok(Picture::Drawn(self.draw(text).await?)),
            },
            PictureAdmission::AddressTooOften { retry_after } => {
                ahead.put_back();
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
