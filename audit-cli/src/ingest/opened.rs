//! A file as the text that it holds, which may be compressed: logrotate compresses what it rotated.

use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read};
use std::os::unix::fs::{FileExt, MetadataExt};

use flate2::bufread::MultiGzDecoder;

/// How a file begins that is compressed by gzip (RFC 1952: two bytes of identification, deflate). No
/// line of a log does.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];

/// A file that is read from some place on.
#[derive(Debug)]
pub(crate) struct Opened {
    file: File,
    /// The text of a compressed one, and how much of it was read.
    unpacked: Option<(Unpacked, u64)>,
}

type Unpacked = MultiGzDecoder<BufReader<At>>;

impl Opened {
    pub(crate) fn new(file: File) -> io::Result<Opened> {
        let unpacked = match begins_packed(&file)? {
            true => Some((unpack(&file)?, 0)),
            false => None,
        };
        Ok(Opened { file, unpacked })
    }

    pub(crate) fn is_packed(&self) -> bool {
        self.unpacked.is_some()
    }

    /// Reads what the text holds from this place on, which is never before the last one.
    ///
    /// # Errors
    ///
    /// Those of the system; for which [`is_damaged`] if what is compressed is no more what it was.
    pub(crate) fn read_at(&mut self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let Some((text, at)) = &mut self.unpacked else {
            return self.file.read_at(buffer, offset);
        };
        if let Some(ahead) = offset.checked_sub(*at).filter(|ahead| *ahead > 0) {
            *at += io::copy(&mut text.take(ahead), &mut io::sink())?;
        }
        let read = text.read(buffer)?;
        *at += read as u64;
        Ok(read)
    }

    /// As much of the text as there is room for and can be read, from a place that is never before the
    /// last one.
    pub(crate) fn fill_at<'a>(&mut self, room: &'a mut [u8], offset: u64) -> &'a [u8] {
        let mut length = 0;
        while let Some(rest) = room.get_mut(length..).filter(|it| !it.is_empty()) {
            match self.read_at(rest, offset + length as u64) {
                Ok(read) if read > 0 => length += read,
                _ => break,
            }
        }
        room.get(..length).unwrap_or_default()
    }

    /// The bytes before a place, at most so many; none of what is compressed, or does not reach so far.
    pub(crate) fn before(&self, offset: u64, at_most: usize) -> io::Result<Option<Vec<u8>>> {
        if self.is_packed() || self.bytes()? < offset {
            return Ok(None);
        }
        let from = offset.saturating_sub(at_most as u64);
        let mut text = vec![0; usize::try_from(offset - from).unwrap_or_default()];
        let mut at = At { file: self.file.try_clone()?, offset: from };
        let read = fill(&mut at, &mut text)?;
        Ok((read == text.len()).then_some(text))
    }

    /// The same, of what is compressed too; it is read up to there.
    pub(crate) fn text_before(&mut self, offset: u64, at_most: usize) -> Option<Vec<u8>> {
        let from = offset.saturating_sub(at_most as u64);
        let mut text = vec![0; usize::try_from(offset - from).unwrap_or_default()];
        let length = text.len();
        (self.fill_at(&mut text, from).len() == length).then_some(text)
    }

    /// The begin of the text, as much as there is room for; of what is damaged, what comes before.
    pub(crate) fn begin<'a>(&self, room: &'a mut [u8]) -> io::Result<&'a [u8]> {
        let read = match self.is_packed() {
            true => fill(&mut unpack(&self.file)?, room)?,
            false => fill(&mut At::begin_of(&self.file)?, room)?,
        };
        Ok(room.get(..read).unwrap_or_default())
    }

    /// How large the file is, compressed or not.
    pub(crate) fn bytes(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    /// How long its text is; of a compressed one what its end says of it, in 32 bits.
    pub(crate) fn text_bytes(&self) -> io::Result<u64> {
        let bytes = self.bytes()?;
        let mut size = [0; 4];
        match bytes.checked_sub(size.len() as u64).filter(|_| self.is_packed()) {
            Some(at) => {
                self.file.read_exact_at(&mut size, at).map(|()| u32::from_le_bytes(size).into())
            }
            None => Ok(bytes),
        }
    }

    /// In nanoseconds.
    pub(crate) fn modified(&self) -> io::Result<i128> {
        let it = self.file.metadata()?;
        Ok(i128::from(it.mtime()) * 1_000_000_000 + i128::from(it.mtime_nsec()))
    }
}

/// Whether the file's bytes are no gzip, in the middle of it.
pub(crate) fn is_damaged(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::InvalidInput | ErrorKind::InvalidData | ErrorKind::UnexpectedEof
    )
}

fn begins_packed(file: &File) -> io::Result<bool> {
    let mut first = [0; GZIP.len()];
    let read = fill(&mut At::begin_of(file)?, &mut first)?;
    Ok(read == first.len() && first == GZIP)
}

fn unpack(file: &File) -> io::Result<Unpacked> {
    Ok(MultiGzDecoder::new(BufReader::new(At::begin_of(file)?)))
}

/// Reads until there is no more room, or no more to read, or what follows is damaged.
fn fill(from: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    loop {
        match from.read(room.get_mut(length..).unwrap_or_default()) {
            Ok(0) => return Ok(length),
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if is_damaged(&error) => return Ok(length),
            Err(error) => return Err(error),
        }
    }
}

/// A file from its begin on, wherever else it is read.
#[derive(Debug)]
struct At {
    file: File,
    offset: u64,
}

impl At {
    fn begin_of(file: &File) -> io::Result<At> {
        Ok(At { file: file.try_clone()?, offset: 0 })
    }
}

impl Read for At {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.offset)?;
        self.offset += read as u64;
        Ok(read)
    }
}
