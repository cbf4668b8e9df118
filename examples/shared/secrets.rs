//! Looks for secrets in what was written.

use std::path::Path;

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};

/// What all files of a folder and of those in it hold, whatever they are.
pub fn everything_below(dir: &Path) -> std::io::Result<String> {
    let mut everything = String::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        match path.is_dir() {
            true => everything += &everything_below(&path)?,
            false => everything += &String::from_utf8_lossy(&std::fs::read(&path)?),
        }
        everything.push('\n');
    }
    Ok(everything)
}

/// Whether a text holds a secret, plain or in one of the spellings that it could have slipped
/// through in.
pub fn holds(text: &str, secret: &str) -> bool {
    spellings(secret).iter().any(|spelling| text.contains(spelling))
}

fn spellings(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02x}")).collect();
    let json = serde_json::json!(secret).to_string();
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut spellings = vec![
        secret.to_owned(),
        secret.chars().rev().collect(),
        json.trim_matches('"').to_owned(),
        percent.to_uppercase(),
        percent,
        HEXLOWER.encode(bytes),
        HEXUPPER.encode(bytes),
        HEXLOWER.encode(&utf16),
    ];
    // In base64 a text looks different at each of three offsets; the characters at its ends depend
    // on its neighbours.
    for neighbours in [&[][..], &[0], &[0, 0]] {
        let shifted = [neighbours, bytes].concat();
        for encoding in [&BASE64_NOPAD, &BASE64URL_NOPAD] {
            let encoded = encoding.encode(&shifted);
            let inner = encoded.get(4..encoded.len().saturating_sub(2)).unwrap_or(&encoded);
            spellings.push(inner.to_owned());
        }
    }
    // Half a secret is a leak too.
    let middle = (0..=secret.len() / 2).rev().find(|at| secret.is_char_boundary(*at)).unwrap_or(0);
    let (front, back) = secret.split_at(middle);
    spellings
        .extend([front, back].iter().filter(|half| half.len() >= 6).map(|half| (*half).to_owned()));
    spellings
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_spelling_is_found() {
        for spelling in super::spellings("hunter2-hunter2") {
            assert!(super::holds(&format!("xx{spelling}yy"), "hunter2-hunter2"), "{spelling}");
        }
        assert!(!super::holds("nothing of it", "hunter2-hunter2"));
    }
}
