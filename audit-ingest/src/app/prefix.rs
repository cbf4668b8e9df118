//! What other programs put before a line when they keep it: the journal, syslog, containers.
//!
//! Exactly one prefix is taken off, so that what looks like a second one stays in the message.

/// Who put it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// Nobody: the program itself wrote the file.
    None,
    /// `journalctl` in its forms `short`, `short-precise`, `short-iso`, `short-full` and
    /// `short-unix`, and syslog's files, with traditional times or those of RFC 3339.
    Syslog,
    /// RFC 5424, with or without its `<PRI>`.
    Rfc5424,
    /// `docker compose logs`: `NAME  | `.
    Compose,
}

/// Those that may stand before a record.
pub(crate) const ALL: [Prefix; 4] =
    [Prefix::None, Prefix::Syslog, Prefix::Rfc5424, Prefix::Compose];

impl Prefix {
    /// What follows it; nothing if the line does not begin with it.
    pub(crate) fn strip(self, line: &[u8]) -> Option<&[u8]> {
        match self {
            Prefix::None => Some(line),
            Prefix::Syslog => program(word(time(line)?)?.1).map(|(_, message)| message),
            Prefix::Rfc5424 => rfc5424(line),
            Prefix::Compose => compose(line),
        }
    }
}

/// A word without spaces and what follows it and one space.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = memchr::memchr(b' ', text).filter(|end| *end > 0)?;
    let (word, rest) = text.split_at(end);
    Some((word, rest.get(1..)?))
}

/// What follows a time, in any of the forms in which it is one, and one space.
fn time(line: &[u8]) -> Option<&[u8]> {
    let (first, rest) = word(line)?;
    if is_like(first, b"0000-00-00T00:00:00") || is_seconds(first) {
        return Some(rest);
    }
    if is_like(first, b"aaa") && rest.first().is_some_and(|it| it.is_ascii_digit() || *it == b' ') {
        if let Some((_, rest)) = word(rest).filter(|(date, _)| is_like(date, b"0000-00-00")) {
            // `Thu 2026-01-01 01:23:40 GMT`
            let (clock, rest) = word(rest)?;
            return is_like(clock, b"00:00:00").then(|| word(rest))?.map(|(_, rest)| rest);
        }
        // `Jan  1 01:23:40`, and no day has more than two digits.
        let (day, rest) = word(rest.strip_prefix(b" ").unwrap_or(rest))?;
        let (clock, rest) = word(rest)?;
        let is_day = day.len() <= 2 && day.iter().all(u8::is_ascii_digit);
        return (is_day && is_like(clock, b"00:00:00")).then_some(rest);
    }
    None
}

/// Whether a word begins as the pattern says: `0` for a digit, `a` for a letter, and itself else. What
/// follows is a fraction or an offset.
fn is_like(word: &[u8], pattern: &[u8]) -> bool {
    let fits = |(byte, like): (&u8, &u8)| match like {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        other => byte == other,
    };
    let begins = word.len() >= pattern.len() && word.iter().zip(pattern).all(fits);
    let rest = word.get(pattern.len()..).unwrap_or_default();
    begins && rest.iter().all(|it| it.is_ascii_digit() || b".,+-:Z".contains(it))
}

/// `1764500000.123456`
fn is_seconds(word: &[u8]) -> bool {
    let mut parts = word.split(|it| *it == b'.');
    let digits = |part: Option<&[u8]>, length: usize| {
        part.is_some_and(|it| it.len() == length && it.iter().all(u8::is_ascii_digit))
    };
    digits(parts.next(), 10) && digits(parts.next(), 6) && parts.next().is_none()
}

/// The program in `program[123]: ` or `program: `, and what follows.
fn program(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (tag, rest) = word(text)?;
    let name = tag.strip_suffix(b":")?;
    let name = match name.strip_suffix(b"]") {
        None => name,
        Some(open) => {
            let at = memchr::memchr(b'[', open)?;
            let (name, pid) = open.split_at(at);
            pid.get(1..)?.iter().all(u8::is_ascii_digit).then_some(name)?
        }
    };
    (!name.is_empty() && name.iter().all(u8::is_ascii_graphic)).then_some((name, rest))
}

/// `<30>1 TIME HOST APP PROCID MSGID [STRUCTURED] `
fn rfc5424(line: &[u8]) -> Option<&[u8]> {
    rfc5424_parts(line).map(|it| it.2)
}

/// Its time, its program and its message.
fn rfc5424_parts(line: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let line = match line.strip_prefix(b"<") {
        None => line,
        Some(rest) => {
            let at = memchr::memchr(b'>', rest).filter(|at| (1..=3).contains(at))?;
            let (pri, rest) = rest.split_at(at);
            pri.iter().all(u8::is_ascii_digit).then_some(rest.get(1..)?)?
        }
    };
    let (_, mut rest) = word(line).filter(|(version, _)| *version == b"1")?;
    let time;
    (time, rest) = word(rest)?;
    (time == b"-" || is_like(time, b"0000-00-00T00:00:00")).then_some(())?;
    let program;
    (_, rest) = word(rest)?;
    (program, rest) = word(rest)?;
    for _process_and_message in 0..2 {
        (_, rest) = word(rest)?;
    }
    let rest = structured(rest)?.strip_prefix(b" ")?;
    Some((time, program, rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest)))
}

/// A line that says itself when it was written, whatever the device's zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamped<'a> {
    /// In milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) program: &'a [u8],
    pub(crate) message: &'a [u8],
}

impl<'a> Stamped<'a> {
    /// Of `journalctl` in its forms `short-iso`, `short-iso-precise` and `short-unix`, and of syslog's
    /// files with the times of RFC 3339 or RFC 5424. A time without offset or year is none.
    pub(crate) fn of(line: &'a [u8]) -> Option<Stamped<'a>> {
        let (time, rest) = word(line)?;
        if let Some((time, program, message)) = rfc5424_parts(line) {
            return Some(Stamped { at: moment(time)?, program, message });
        }
        let at = moment(time)?;
        let (program, message) = program(word(rest)?.1)?;
        Some(Stamped { at, program, message })
    }
}

/// A line as `docker logs -t` hands it out, and `docker compose logs -t`: its time, and what follows.
pub(crate) fn container(line: &[u8]) -> Option<(i64, &[u8])> {
    let (time, rest) = word(compose(line).unwrap_or(line))?;
    Some((moment(time)?, rest))
}

/// A time with its offset, or of so many seconds since 1970, in milliseconds.
fn moment(time: &[u8]) -> Option<i64> {
    let text = std::str::from_utf8(time).ok()?;
    if is_seconds(time) {
        let (seconds, micros) = text.split_once('.')?;
        return Some(seconds.parse::<i64>().ok()? * 1_000 + micros.parse::<i64>().ok()? / 1_000);
    }
    let is_whole = is_like(time, b"0000-00-00T00:00:00");
    is_whole.then(|| text.parse::<jiff::Timestamp>().ok())?.map(jiff::Timestamp::as_millisecond)
}

/// What follows `-` or `[id name="value" …]`, as often as it stands there.
fn structured(text: &[u8]) -> Option<&[u8]> {
    if let Some(rest) = text.strip_prefix(b"-") {
        return Some(rest);
    }
    let mut rest = text;
    while let Some(element) = rest.strip_prefix(b"[") {
        let (mut in_value, mut is_escaped) = (false, false);
        let ends = |byte: &u8| {
            let ends = *byte == b']' && !in_value;
            in_value ^= *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        };
        let end = element.iter().position(ends)?;
        rest = element.get(end + 1..)?;
    }
    (rest.len() < text.len()).then_some(rest)
}

/// `tinypilot-1  | `
fn compose(line: &[u8]) -> Option<&[u8]> {
    let (name, rest) = word(line)?;
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"_.-".contains(it);
    let rest = rest.trim_ascii_start().strip_prefix(b"| ")?;
    name.iter().all(plain).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = "2026-01-20 09:01:00.100 api             INFO Started";

    fn check(prefix: Prefix, before: &str) {
        let line = format!("{before}{RECORD}");
        let stripped = prefix.strip(line.as_bytes());
        assert_eq!(stripped, Some(RECORD.as_bytes()), "{before}");
    }

    #[test]
    fn each_form_is_taken_off() {
        for before in [
            "Jan 20 09:01:00 kvm python[621]: ",
            "Jan  1 09:01:00 kvm python[621]: ",
            "Jan 20 09:01:00.123456 kvm python[621]: ",
            "2026-01-20T09:01:00+0000 kvm python[621]: ",
            "2026-01-20T09:01:00.123456+00:00 kvm tinypilot: ",
            "2026-01-20T09:01:00Z kvm tinypilot: ",
            "Tue 2026-01-20 09:01:00 GMT kvm tinypilot.service[621]: ",
            "1764500000.123456 kvm python[621]: ",
        ] {
            check(Prefix::Syslog, before);
        }
        for before in [
            "<30>1 2026-01-20T09:01:00.123Z kvm tinypilot 621 - - ",
            "1 2026-01-20T09:01:00.123456+00:00 kvm tinypilot 621 ID47 [a@1 b=\"]\\\"\"][c] ",
            "<14>1 - - - - - - \u{feff}",
        ] {
            check(Prefix::Rfc5424, before);
        }
        for before in ["tinypilot-1  | ", "tinypilot_1 | ", "kvm.web-12    | "] {
            check(Prefix::Compose, before);
        }
    }

    #[test]
    fn a_line_with_an_offset_says_when_it_was_written() {
        let found = |line: &str| {
            let line = line.as_bytes().to_vec();
            let it = Stamped::of(&line)?;
            let text = |it: &[u8]| String::from_utf8(it.to_vec()).unwrap();
            Some((it.at, text(it.program), text(it.message)))
        };
        for (before, millis) in [
            ("2026-01-20T10:01:00+0100 kvm kvmd[621]: ", 0),
            ("2026-01-20T09:01:00.123456+00:00 kvm kvmd: ", 123),
            ("1768899660.123456 kvm kvmd[621]: ", 123),
            ("<30>1 2026-01-20T09:01:00.123Z kvm kvmd 621 - - ", 123),
        ] {
            let expected = Some((1_768_899_660_000 + millis, "kvmd".to_owned(), "x y".to_owned()));
            assert_eq!(found(&format!("{before}x y")), expected, "{before}");
        }
        for line in [
            "Jan 20 09:01:00 kvm kvmd[621]: x",
            "2026-01-20T09:01:00 kvm kvmd[621]: x",
            "Tue 2026-01-20 09:01:00 GMT kvm kvmd[621]: x",
            "2026-01-20T09:01:00+0000 kvm x",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn what_is_like_a_prefix_is_none() {
        for (prefix, line) in [
            (Prefix::Syslog, RECORD),
            (Prefix::Syslog, "Jan 20 09:01:00 kvm python[621] 2026"),
            (Prefix::Syslog, "Jan 200 09:01:00 kvm python[621]: 2026"),
            (Prefix::Syslog, "Jan 20 kvm python[621]: 2026"),
            (Prefix::Syslog, "20 Jan 09:01:00 kvm python[6a1]: 2026"),
            (Prefix::Rfc5424, "<30>2 2026-01-20T09:01:00.123Z kvm tinypilot 621 - - x"),
            (Prefix::Rfc5424, "<30>1 2026-01-20T09:01:00.123Z kvm tinypilot 621 - [a b=\"x\" x"),
            (Prefix::Compose, "tiny pilot | x"),
            (Prefix::Compose, "| x"),
        ] {
            assert_eq!(prefix.strip(line.as_bytes()), None, "{line}");
        }
    }
}
