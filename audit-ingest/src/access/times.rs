//! Times and numbers, as access logs write them.

/// A number of exactly so many digits.
pub(crate) fn number(digits: &[u8], length: usize) -> Option<u16> {
    if digits.len() != length || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    Some(digits.iter().fold(0, |sum, it| sum * 10 + u16::from(it - b'0')))
}

/// Seconds with a fraction, as milliseconds.
pub(super) fn seconds(text: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(text).ok()?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |it: &str| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 12 {
        return None;
    }
    let millis: i64 = format!("{fraction:0<3}").get(..3)?.parse().ok()?;
    Some(whole.parse::<i64>().ok()? * 1000 + millis)
}

/// `21/Nov/2026:02:09:47 +0100`
pub(crate) fn time_local(text: &[u8]) -> Option<i64> {
    const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";
    let marks = [(2, b'/'), (6, b'/'), (11, b':'), (14, b':'), (17, b':'), (20, b' ')];
    if text.len() != 26 || !marks.iter().all(|(at, mark)| text.get(*at) == Some(mark)) {
        return None;
    }
    let part = |from: usize, length: usize| number(text.get(from..from + length)?, length);
    let month = text.get(3..6)?;
    let month = MONTHS.chunks(3).position(|it| it == month)? + 1;
    let small = |it: u16| i8::try_from(it).ok();
    let date = jiff::civil::DateTime::new(
        i16::try_from(part(7, 4)?).ok()?,
        i8::try_from(month).ok()?,
        small(part(0, 2)?)?,
        small(part(12, 2)?)?,
        small(part(15, 2)?)?,
        small(part(18, 2)?)?,
        0,
    );
    let sign = match text.get(21)? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let offset = sign * (i32::from(part(22, 2)?) * 3600 + i32::from(part(24, 2)?) * 60);
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    Some(offset.to_timestamp(date.ok()?).ok()?.as_millisecond())
}
