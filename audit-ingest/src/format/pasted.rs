//! A format as people have it at hand: pasted from nginx's configuration, in quotes and pieces.

/// The format alone, behind `escape=…` where that was given.
///
/// `log_format NAME escape=json '…' '…';` is its pieces put together; what is not of that form is the
/// format itself.
pub(super) fn bare(text: &str) -> String {
    let text = text.trim();
    let text = text.strip_suffix(';').unwrap_or(text).trim_end();
    let text =
        match text.strip_prefix("log_format").filter(|it| it.starts_with(char::is_whitespace)) {
            Some(rest) => rest.trim_start().split_once(char::is_whitespace).map_or("", |it| it.1),
            None => text,
        };
    let text = text.trim_start();
    match text.split_once(char::is_whitespace).filter(|(first, _)| first.starts_with("escape=")) {
        Some((escape, rest)) => format!("{escape} {}", joined(rest.trim_start())),
        None => joined(text),
    }
}

fn joined(text: &str) -> String {
    pieces(text).unwrap_or_else(|| text.to_owned())
}

/// What stands in quotes, if all of it does.
fn pieces(text: &str) -> Option<String> {
    let (mut whole, mut rest) = (String::new(), text);
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|it| matches!(it, '\'' | '"'))?;
        let mut is_escaped = false;
        let mut end = None;
        for (at, char) in rest.char_indices().skip(1) {
            match char {
                _ if is_escaped => {
                    // nginx knows these; of others it keeps the backslash.
                    if !matches!(char, '\'' | '"' | '\\') {
                        whole.push('\\');
                    }
                    whole.push(char);
                    is_escaped = false;
                }
                '\\' => is_escaped = true,
                _ if char == quote => {
                    end = Some(at);
                    break;
                }
                _ => whole.push(char),
            }
        }
        rest = rest.get(end? + 1..)?.trim_start();
    }
    (!whole.is_empty()).then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_what_nginx_reads() {
        for (pasted, format) in [
            ("$a $b", "$a $b"),
            ("'$a \"$b\" '\n      '$c'", "$a \"$b\" $c"),
            ("log_format main '$a ' '$b';", "$a $b"),
            ("log_format  kvm escape=json '{\"a\":\"$a\"}';", "escape=json {\"a\":\"$a\"}"),
            ("\"$a\" $b", "\"$a\" $b"),
            ("\"$a \\\"$b\\\"\"", "$a \"$b\""),
            ("escape=default $a", "escape=default $a"),
            ("'$a", "'$a"),
        ] {
            assert_eq!(bare(pasted), format, "{pasted}");
        }
    }
}
