//! The bytes of a snapshot: a line that says what it is, blocks, and a digest of all before it.
//!
//! ```text
//! sms-store snapshot 3\n
//! length (4 bytes, little-endian), as many bytes: when it was written
//! length, as many bytes: entries of one table; any number of times
//! 0 (4 bytes)
//! SHA-256 of everything above (32 bytes)
//! ```

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};
use sms_core::Timestamp;

use crate::MemoryStore;

/// What every version begins with.
const NAME: &[u8] = b"sms-store snapshot ";
/// What this version begins with. What is in the blocks changes with the version alone.
const FIRST_LINE: &[u8] = b"sms-store snapshot 3\n";
const DIGEST: u64 = 32;
/// How long the number of a version may be.
const LONGEST_VERSION: usize = 8;

/// Why a file is no snapshot that can be used.
#[derive(Debug, thiserror::Error)]
pub enum Flaw {
    /// It is something else.
    #[error("it is no snapshot of this store")]
    Foreign,
    /// It was written by another version of the store.
    #[error("it has version {0:?} of the format, and this program reads version 3")]
    Version(String),
    /// It is not whole, or was changed.
    #[error("it is torn or was changed: its digest is not that of its content")]
    Digest,
    /// It is whole, but what is in it makes no sense.
    #[error("there is something in it that this program never writes")]
    Content,
    /// It can't be read at all.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<postcard::Error> for Flaw {
    fn from(_: postcard::Error) -> Self {
        Self::Content
    }
}

/// Writes what is in `store`.
pub(super) fn write(store: &MemoryStore, file: impl Write) -> io::Result<()> {
    let mut out = Digesting {
        out: file,
        digest: Sha256::new(),
    };
    out.write_all(FIRST_LINE)?;
    let written_at = postcard::to_stdvec(&store.now()).map_err(io::Error::other)?;
    out.block(&written_at)?;
    store.save(|block| out.block(block))?;
    out.block(&[])?;
    let Digesting { mut out, digest } = out;
    out.write_all(&digest.finalize())?;
    out.flush()
}

/// Lets `store` take over what is in `file`, and says when it was written. Nothing is used before
/// all of it is known to be whole.
pub(super) fn read(store: &MemoryStore, file: impl Read + Seek) -> Result<Timestamp, Flaw> {
    let mut file = BufReader::with_capacity(1 << 16, file);
    check_first_line(&mut file)?;
    check_digest(&mut file)?;
    file.seek(SeekFrom::Start(FIRST_LINE.len() as u64))?;
    let mut blocks = Blocks(file);
    let header = blocks.next().ok_or(Flaw::Content)??;
    let written_at = postcard::from_bytes(&header)?;
    store.restore(blocks)?;
    Ok(written_at)
}

fn check_first_line(file: &mut impl Read) -> Result<(), Flaw> {
    let mut head = Vec::new();
    let longest = NAME.len() + LONGEST_VERSION + 1;
    file.take(longest as u64).read_to_end(&mut head)?;
    if head.starts_with(FIRST_LINE) {
        return Ok(());
    }
    if FIRST_LINE.starts_with(&head) {
        return Err(Flaw::Digest);
    }
    let version = head.strip_prefix(NAME).ok_or(Flaw::Foreign)?;
    let end = version.iter().position(|&byte| byte == b'\n');
    let version = end.map_or(version, |end| &version[..end]);
    Err(Flaw::Version(version.escape_ascii().to_string()))
}

fn check_digest(file: &mut (impl Read + Seek)) -> Result<(), Flaw> {
    let length = file.seek(SeekFrom::End(0))?;
    let content = length.checked_sub(DIGEST).ok_or(Flaw::Digest)?;
    file.rewind()?;
    let mut digest = Digesting {
        out: io::sink(),
        digest: Sha256::new(),
    };
    io::copy(&mut file.by_ref().take(content), &mut digest)?;
    let mut written = Vec::new();
    file.read_to_end(&mut written)?;
    if digest.digest.finalize()[..] != written[..] {
        return Err(Flaw::Digest);
    }
    Ok(())
}

/// Passes on what is written, and makes a digest of it.
struct Digesting<W> {
    out: W,
    digest: Sha256,
}

impl<W: Write> Digesting<W> {
    fn block(&mut self, block: &[u8]) -> io::Result<()> {
        let length = u32::try_from(block.len()).map_err(io::Error::other)?;
        self.write_all(&length.to_le_bytes())?;
        self.write_all(block)
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.digest.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// The blocks up to the empty one.
struct Blocks<R>(R);

impl<R: Read> Blocks<R> {
    fn read(&mut self) -> Result<Option<Vec<u8>>, Flaw> {
        let length = self.read_bytes(4)?;
        let length = length.try_into().map_err(|_| Flaw::Content)?;
        match u32::from_le_bytes(length) {
            0 => Ok(None),
            length => self.read_bytes(u64::from(length)).map(Some),
        }
    }

    fn read_bytes(&mut self, length: u64) -> Result<Vec<u8>, Flaw> {
        let mut bytes = Vec::new();
        let read = self.0.by_ref().take(length).read_to_end(&mut bytes)?;
        match read as u64 == length {
            true => Ok(bytes),
            false => Err(Flaw::Content),
        }
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = Result<Vec<u8>, Flaw>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Accepted, AttemptPolicy, AttemptStore, BucketUse, Clock, CodeStore, DeliveryName, Document,
        Entries, Log, Report, VerificationAdmission, VerificationRequest, VerificationStore,
    };
    use proptest::prelude::*;
    use sms_core::{
        Attempt, AttemptSid, BucketSid, DeliveryState, ImageCode, ImageId, Mobile, Quotas, Region,
        ServiceSid, SmsCode, Start, StartRules, VerificationSid,
    };
    use std::io::Cursor;
    use std::net::{IpAddr, Ipv6Addr};
    use std::time::Duration;

    const NOTHING: Entries = Entries {
        pictures: 0,
        numbers: 0,
        addresses: 0,
        deliveries: 0,
    };

    /// So small that each table has a single part, and entries the order in which they were made.
    fn empty() -> MemoryStore {
        MemoryStore::new(Clock::system()).with_max_entries(1_000)
    }

    /// A store with an entry in each of its tables.
    async fn store() -> MemoryStore {
        let (store, ttl) = (empty(), Duration::from_secs(300));
        let id = ImageId::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479").unwrap();
        let text = ImageCode::new("AbCd").unwrap();
        store.put_image_code(&id, &text, ttl).await.unwrap();
        let quotas = Quotas::parse(&["2/1h"]).unwrap();
        for number in ["13800138000", "+33612345678"] {
            let (mobile, code) = (Mobile::parse(number), SmsCode::parse("246810"));
            let issue = store.issue(
                mobile.as_ref().unwrap(),
                code.as_ref().unwrap(),
                ttl,
                &quotas,
            );
            issue.await.unwrap();
        }
        let address = IpAddr::from(Ipv6Addr::LOCALHOST).into();
        for log in [Log::Pictures(address), Log::Requests(address), Log::Budget] {
            store.take_slot(log, &quotas).await.unwrap();
        }
        let accepted = Accepted {
            region: Region::CN,
            message_id: "m",
            ttl,
        };
        store.note_dispatch(name("a"), &accepted).await.unwrap();
        let report = Report {
            state: DeliveryState::Delivered,
            at: None,
        };
        store.take_report(name("b"), report).await.unwrap();
        verify(&store, &quotas).await;
        store
    }

    /// Leaves an entry in each table of the Verify face.
    async fn verify(store: &MemoryStore, quotas: &Quotas) {
        let hex = "0a".repeat(16);
        let start = Start {
            service: ServiceSid::from_hex(&hex).unwrap(),
            sid: VerificationSid::from_hex(&hex).unwrap(),
            code: SmsCode::parse("246810").unwrap(),
            send: AttemptSid::from_hex(&hex).unwrap(),
        };
        let ttl = Duration::from_secs(600);
        let bucket = BucketUse {
            sid: BucketSid::from_hex(&hex).unwrap(),
            value: "203.0.113.7",
            quotas: quotas.clone(),
        };
        let request = VerificationRequest {
            mobile: &Mobile::parse("13900139000").unwrap(),
            start: &start,
            rules: &StartRules {
                ttl,
                max_sends: 5,
                quotas: quotas.clone(),
                failures: Quotas::default(),
            },
            buckets: &[bucket],
            budget: &Quotas::default(),
        };
        let admitted = store.admit_verification(&request).await.unwrap();
        let VerificationAdmission::Admitted { started, .. } = admitted else {
            panic!("nothing refuses it");
        };
        let attempt = Attempt::new(start.send, start.service, *request.mobile, &started);
        let policy = AttemptPolicy { ttl, most: 10 };
        store.add_attempts(&[attempt], policy).await.unwrap();
        let document = Document::RateLimits(start.service);
        assert!(
            store
                .swap_document(document, None, Some("limits"))
                .await
                .unwrap()
        );
        store.claim_request("name", "content", ttl).await.unwrap();
    }

    fn name(provider_id: &str) -> DeliveryName<'_> {
        let sender = "ccp";
        DeliveryName {
            sender,
            provider_id,
        }
    }

    fn snapshot() -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread();
        let store = { runtime }.build().unwrap().block_on(store());
        let mut bytes = Vec::new();
        write(&store, &mut bytes).unwrap();
        bytes
    }

    #[track_caller]
    fn refused(bytes: &[u8]) -> Flaw {
        let store = empty();
        let flaw = read(&store, Cursor::new(bytes)).unwrap_err();
        assert_eq!(store.entries(), NOTHING);
        assert!(!matches!(flaw, Flaw::Io(_)), "{flaw}");
        flaw
    }

    /// The digest that makes a file of these bytes.
    fn with_digest(bytes: &[u8]) -> Vec<u8> {
        [bytes, &Sha256::digest(bytes)[..]].concat()
    }

    #[test]
    fn what_is_read_is_what_was_written() {
        let (bytes, store) = (snapshot(), empty());
        read(&store, Cursor::new(&bytes)).unwrap();
        let entries = Entries {
            pictures: 1,
            numbers: 3,
            addresses: 2,
            deliveries: 2,
        };
        assert_eq!(store.entries(), entries);
        let mut again = Vec::new();
        write(&store, &mut again).unwrap();
        // Between the moment of writing and the digest there is the state alone.
        let state = FIRST_LINE.len() + 10..bytes.len() - DIGEST as usize;
        assert_eq!(again[state.clone()], bytes[state]);
    }

    #[test]
    fn every_beginning_of_a_file_is_refused() {
        let bytes = snapshot();
        for length in 0..bytes.len() {
            let flaw = refused(&bytes[..length]);
            assert!(matches!(flaw, Flaw::Digest), "{length}: {flaw}");
        }
    }

    #[test]
    fn every_changed_byte_is_refused() {
        let bytes = snapshot();
        for index in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[index] ^= 1 << bit;
                refused(&changed);
            }
        }
    }

    #[test]
    fn a_file_that_goes_on_after_its_end_is_refused() {
        let bytes = [&snapshot()[..], b"more"].concat();
        assert!(matches!(refused(&bytes), Flaw::Digest));
    }

    #[test]
    fn another_version_and_another_kind_of_file_are_told_apart() {
        let rows: [(&[u8], &str); 4] = [
            (b"sms-store snapshot 1\nwhatever", "version \"1\""),
            (
                b"sms-store snapshot 12345678901234567890",
                "version \"123456789\"",
            ),
            (b"[store]\nbackend = \"memory\"\n", "no snapshot"),
            (b"\x7fELF", "no snapshot"),
        ];
        for (bytes, reason) in rows {
            let flaw = refused(bytes).to_string();
            assert!(flaw.contains(reason), "{flaw}");
        }
    }

    #[test]
    fn a_whole_file_of_other_content_is_refused() {
        let block = |content: &[u8]| {
            let length = u32::try_from(content.len()).unwrap().to_le_bytes();
            [&length[..], content].concat()
        };
        let header = block(&postcard::to_stdvec(&1_u64).unwrap());
        let code =
            [b"\x01\x00\x02ab\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01\x00\x00\x01x".as_slice()];
        let rows = [
            vec![],
            header.clone(),
            [header.clone(), vec![9, 0, 0, 0, 1]].concat(),
            [header.clone(), block(&[99]), block(&[])].concat(),
            [header, block(&code.concat()), block(&[])].concat(),
        ];
        for row in rows {
            let bytes = with_digest(&[FIRST_LINE, &row].concat());
            let flaw = refused(&bytes);
            assert!(matches!(flaw, Flaw::Content), "{row:?}: {flaw}");
        }
    }

    /// Beside these, a file is spoiled byte by byte and cut off at every length above.
    mod fuzz {
        use super::*;

        proptest! {
            #[test]
            fn reading_anything_never_panics(bytes: Vec<u8>) {
                let content = [FIRST_LINE, &bytes].concat();
                let _ = read(&empty(), Cursor::new(with_digest(&content)));
                let _ = read(&empty(), Cursor::new(bytes));
            }
        }
    }
}
