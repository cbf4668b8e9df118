//! Writing the values of an event into a record.

use core::net::{IpAddr, SocketAddr};

use crate::escape::fitting;
use crate::pseudonym::{Domain, Pseudonym};
use crate::recorder::Pseudonyms;
use crate::value::TEXT_HEADER;
use crate::vocab::Lit;
use crate::{
    Actor, AuditValue, Context, Source,
    vocab::{CarriesNoText, Disclosable, TellsNoLength},
};

/// Where an event's values are written to, in the order of its schema.
///
/// Only generated code sees one. It counts on beyond the end of its buffer, so that a buffer that
/// is too small can be told the size that suffices; what does not fit is not written.
pub struct Encoder<'a> {
    buffer: &'a mut [u8],
    /// Bytes written or, beyond the buffer's end, needed.
    len: usize,
    pseudonyms: Option<&'a dyn Pseudonyms>,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(buffer: &'a mut [u8], pseudonyms: Option<&'a dyn Pseudonyms>) -> Encoder<'a> {
        Encoder { buffer, len: 0, pseudonyms }
    }

    /// The bytes needed so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(crate) fn put(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.len..end) {
            room.copy_from_slice(bytes);
        }
        self.len = end;
    }

    #[inline]
    pub(crate) fn put_u8(&mut self, byte: u8) {
        self.put(&[byte]);
    }

    #[inline]
    pub(crate) fn put_u16(&mut self, number: u16) {
        self.put(&number.to_le_bytes());
    }

    /// Writes as much of a text as fits into `limit` escaped bytes, and how many bytes were cut.
    #[inline]
    pub(crate) fn put_text(&mut self, text: &str, limit: u16) {
        let kept = fitting(text, limit);
        self.put_kept(kept, u32::try_from(text.len() - kept.len()).unwrap_or(u32::MAX));
    }

    /// Writes a text that its type made fit by cutting off so many bytes, and does not look at it again.
    #[inline]
    pub(crate) fn put_fitting(&mut self, text: &str, cut: u32) {
        self.put_kept(text, cut);
    }

    #[inline]
    fn put_kept(&mut self, kept: &str, cut: u32) {
        let mut header = [0; TEXT_HEADER];
        let (len_bytes, cut_bytes) = header.split_at_mut(2);
        // A limit is a u16 and an escaped text is never shorter than the text, so `kept` fits.
        len_bytes.copy_from_slice(&u16::try_from(kept.len()).unwrap_or(u16::MAX).to_le_bytes());
        cut_bytes.copy_from_slice(&cut.to_le_bytes());
        self.put(&header);
        self.put(kept.as_bytes());
    }

    #[inline]
    pub(crate) fn put_ip(&mut self, ip: IpAddr) {
        match ip.to_canonical() {
            IpAddr::V4(v4) => {
                self.put_u8(4);
                self.put(&v4.octets());
            }
            IpAddr::V6(v6) => {
                self.put_u8(6);
                self.put(&v6.octets());
            }
        }
    }

    #[inline]
    pub(crate) fn put_address(&mut self, address: SocketAddr) {
        self.put_ip(address.ip());
        self.put_u16(address.port());
    }

    /// Writes the keyed pseudonym of a credential; only that it was there, where the recorder has
    /// no key.
    pub(crate) fn put_keyed(&mut self, domain: Domain, secret: &[u8]) {
        match self.pseudonyms {
            Some(pseudonyms) => {
                let Pseudonym(bytes) = pseudonyms.pseudonym(domain, secret);
                self.put_u8(1);
                self.put(&bytes);
            }
            None => self.put_u8(0),
        }
    }
}

/// What generated code calls. These are inherent methods, bounded by this crate's traits, so that
/// the encoder is handed to nothing that merely bears the name of one of them.
#[doc(hidden)]
impl Encoder<'_> {
    pub fn value<T: AuditValue>(&mut self, value: &T) {
        value.encode(self);
    }

    /// A value under a name that says content or credential.
    pub fn no_text<T: CarriesNoText>(&mut self, value: &T) {
        value.encode(self);
    }

    /// A value under a name that says something typed or pasted.
    pub fn no_length<T: TellsNoLength>(&mut self, value: &T) {
        value.encode(self);
    }

    pub fn disclosed<T: Disclosable>(&mut self, value: &T) {
        value.encode(self);
    }

    /// The label of a fieldless enum, by its place among the labels.
    pub fn label(&mut self, label: u16) {
        self.put_u16(label);
    }

    /// The actor of a context. Generated methods always give one.
    pub fn context_actor(&mut self, context: Option<&Context<'_>>) {
        context.map_or(Actor::None(NO_CONTEXT), |context| context.actor).encode(self);
    }

    /// The source of a context. Generated methods always give one.
    pub fn context_source(&mut self, context: Option<&Context<'_>>) {
        context.map_or(Source::None(NO_CONTEXT), |context| context.source).encode(self);
    }
}

const NO_CONTEXT: Lit = Lit::ours("emitted without a context");

impl core::fmt::Debug for Encoder<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Encoder").field("len", &self.len).finish_non_exhaustive()
    }
}
