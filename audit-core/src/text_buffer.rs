//! Text put together without an allocator, at compile time too.

/// At most `N` bytes of text; what does not fit is left out.
pub(crate) struct TextBuffer<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> TextBuffer<N> {
    pub(crate) const fn new() -> TextBuffer<N> {
        TextBuffer { bytes: [0; N], len: 0 }
    }

    pub(crate) const fn and(mut self, text: &str) -> TextBuffer<N> {
        if text.len() <= N - self.len {
            let (_, room) = self.bytes.split_at_mut(self.len);
            let (room, _) = room.split_at_mut(text.len());
            room.copy_from_slice(text.as_bytes());
            self.len += text.len();
        }
        self
    }

    pub(crate) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "", // Whole texts only were put in.
        }
    }
}

#[cfg(test)]
mod tests {
    use super::TextBuffer;

    #[test]
    fn texts_follow_each_other_while_they_fit() {
        let buffer = TextBuffer::<6>::new().and("abc").and("defg").and("é").and("x");
        assert_eq!(buffer.as_str(), "abcéx");
    }
}
