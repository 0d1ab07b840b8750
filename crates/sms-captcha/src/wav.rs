//! Writing WAV files.

use crate::voice::SAMPLE_RATE;

/// The bytes before the samples.
const HEADER: usize = 44;

/// Sound of one channel as a file of eight bits a sample. What is louder than 1 is cut off.
///
/// Eight bits are enough: their noise is far below the one that is mixed in.
pub(crate) fn file(sound: &[f32]) -> Vec<u8> {
    let length = sound.len() as u32;
    let mut file = Vec::with_capacity(HEADER + sound.len() + 1);
    file.extend(b"RIFF");
    file.extend((HEADER as u32 - 8 + length + length % 2).to_le_bytes());
    file.extend(b"WAVEfmt ");
    file.extend(16_u32.to_le_bytes());
    // Plain numbers, one channel, bytes a second, bytes and bits a sample.
    file.extend(1_u16.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(SAMPLE_RATE.to_le_bytes());
    file.extend(SAMPLE_RATE.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(8_u16.to_le_bytes());
    file.extend(b"data");
    file.extend(length.to_le_bytes());
    file.extend(sound.iter().map(|it| (it * 127.0 + 128.5) as u8));
    // Chunks end at even places.
    file.resize(file.len() + file.len() % 2, 0);
    file
}
