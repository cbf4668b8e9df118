//! The formats that nginx and those who pack it have by default.

use super::{COMBINED, Format, Var, json};
use crate::action::Address;

/// By name.
const USUAL: [(&str, &str); 4] = [
    ("combined", COMBINED),
    (
        "main",
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
         \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\"",
    ),
    (
        "Nginx Proxy Manager's",
        "[$time_local] $upstream_cache_status $upstream_status $status - $request_method $scheme $host \
         \"$request_uri\" [Client $remote_addr] [Length $body_bytes_sent] [Gzip $gzip_ratio] \
         [Sent-to $server] \"$http_user_agent\" \"$http_referer\"",
    ),
    (
        "ingress-nginx's",
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
         \"$http_referer\" \"$http_user_agent\" $request_length $request_time \
         [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr \
         $upstream_response_length $upstream_response_time $upstream_status $req_id",
    ),
];

impl Format {
    /// The first of the usual formats that one of these lines fits, and its name; the first lines of a
    /// log tell.
    ///
    /// ```
    /// use audit_ingest::Format;
    ///
    /// let line = b"::1 - - [21/Nov/2026:02:09:47 +0100] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\" \"-\"";
    /// assert_eq!(Format::usual([&line[..]]).map(|(name, _)| name), Some("main"));
    /// assert!(Format::usual([&b"{\"time\":1}"[..]]).is_none());
    /// ```
    pub fn usual<'a>(
        lines: impl IntoIterator<Item = &'a [u8]> + Clone,
    ) -> Option<(&'static str, Format)> {
        let fits = |format: &Format, line| {
            let address = format.split(line).and_then(|it| it.get(Var::Address));
            address.and_then(Address::parse).is_some()
        };
        let usual = USUAL.iter().find_map(|(name, text)| {
            let format = Format::new(text).ok()?;
            let fits = lines.clone().into_iter().any(|line| fits(&format, line));
            fits.then_some((*name, format))
        });
        usual.or_else(|| {
            let of_line = |line| {
                let format = Format::new(&json::of(line)?).ok()?;
                fits(&format, line).then_some((JSON, format))
            };
            lines.into_iter().find_map(of_line)
        })
    }
}

/// What is said of a format whose members are named as nginx's variables are.
const JSON: &str = "JSON (escape=json, members named as the variables are)";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_can_be_used() {
        for (name, text) in USUAL {
            assert!(Format::new(text).is_ok(), "{name}: {:?}", Format::new(text).err());
        }
        let lines = [
            (
                "Nginx Proxy Manager's",
                "[20/Jan/2026:09:01:00 +0000] - 200 200 - POST https kvm.example \"/api/paste\" [Client 192.0.2.5] [Length 3] [Gzip -] [Sent-to 10.0.0.9] \"V\" \"-\"",
            ),
            (
                "ingress-nginx's",
                "192.0.2.5 - - [20/Jan/2026:09:01:00 +0000] \"POST /api/paste HTTP/1.1\" 200 3 \"-\" \"V\" 512 0.004 [kvm-web-80] [] 10.0.0.9:80 3 0.004 200 0123456789abcdef",
            ),
        ];
        let json = r#"{"time_local":"20/Jan/2026:09:01:00 +0000","remote_addr":"::1","request":"GET / HTTP/1.1","status": "200","body_bytes_sent":"3","http_referrer":"-"}"#;
        assert_eq!(Format::usual([json.as_bytes()]).map(|it| it.0), Some(JSON));
        let open = r#"{"time_local":"20/Jan/2026:09:01:00 +0000","x":7,"remote_addr":"::1","request":"GET / HTTP/1.1","status":"200"}"#;
        assert!(Format::usual([open.as_bytes()]).is_none(), "a client may have written the 7");
        for (name, line) in lines {
            assert_eq!(Format::usual([line.as_bytes()]).map(|it| it.0), Some(name));
        }
    }
}
