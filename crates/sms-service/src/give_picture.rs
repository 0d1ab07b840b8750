use std::sync::Arc;
use std::time::Duration;

use rand::Rng;
use sms_captcha::{ALPHABET, DIGITS, Language, draw, speak};
use sms_core::{AddressBlock, ImageCode, ImageId};
use sms_store::{PictureAdmission, PictureRequest};

use crate::{ImagePolicy, ServiceError, VerificationService};

/// What came of asking for a picture.
#[derive(Debug)]
pub enum Picture {
    /// A PNG file. Its text is in the store.
    Drawn(Vec<u8>),
    /// A WAV file, for those who can't see. Its digits are in the store.
    Spoken(Vec<u8>),
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
        let text = fresh_text(image, ALPHABET)?;
        let png = draw(text.expose(), image.size, rand::rng().next_u64())?;
        Ok(Self { text, png })
    }
}

fn fresh_text(image: &ImagePolicy, alphabet: &str) -> Result<ImageCode, ServiceError> {
    let text = ImageCode::generate(&mut rand::rng(), alphabet, image.length)?;
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
            None => fresh_text(&policy.image, ALPHABET)?,
        };
        match self.admit_picture(id, &text, address).await? {
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

    /// Gives digits to listen to in the place of a picture: they are kept under `id` like the text of
    /// one, in its place, for as long, and count for the address as one. They are spoken now: few ask
    /// for them.
    ///
    /// # Errors
    ///
    /// The store failed.
    pub async fn speak_picture(
        &self,
        id: &ImageId,
        language: Language,
        address: AddressBlock,
    ) -> Result<Picture, ServiceError> {
        let Ok(_place) = self.shared.pictures.try_acquire() else {
            return Ok(Picture::Overloaded);
        };
        let digits = fresh_text(&self.shared.policy.image, DIGITS)?;
        match self.admit_picture(id, &digits, address).await? {
            PictureAdmission::Kept => {
                let make = move || speak(digits.expose(), language, rand::rng().next_u64());
                Ok(Picture::Spoken(self.make(make).await?))
            }
            PictureAdmission::AddressTooOften { retry_after } => {
                Ok(Picture::AddressTooOften { retry_after })
            }
        }
    }

    /// Keeps a text under `id`, if the address may have it.
    async fn admit_picture(
        &self,
        id: &ImageId,
        text: &ImageCode,
        address: AddressBlock,
    ) -> Result<PictureAdmission, ServiceError> {
        let policy = &self.shared.policy;
        let request = PictureRequest {
            address,
            address_quotas: &policy.limits.image_per_ip,
            image: id,
            text,
            ttl: policy.image.ttl,
        };
        let admission = self.shared.store.admit_picture(&request).await?;
        self.shared.observer.on_picture(&admission);
        Ok(admission)
    }

    async fn draw(&self, text: ImageCode) -> Result<Vec<u8>, ServiceError> {
        let size = self.shared.policy.image.size;
        self.make(move || draw(text.expose(), size, rand::rng().next_u64()))
            .await
    }

    /// Makes a file on a thread of its own, so that no other request waits for it.
    async fn make<E>(
        &self,
        make: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
    ) -> Result<Vec<u8>, ServiceError>
    where
        E: Into<ServiceError> + Send + 'static,
    {
        let turn = Arc::clone(&self.shared.drawing).acquire_owned().await;
        let turn = turn.map_err(|_| ServiceError::CutOff)?;
        let made = tokio::task::spawn_blocking(move || {
            // Kept until it is made, even if nobody waits for it any more.
            let _turn = turn;
            make()
        });
        made.await?.map_err(E::into)
    }
}
