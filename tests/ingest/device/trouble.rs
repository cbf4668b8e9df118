//! What somebody without an account does: forged lines, and what is no action although it looks like one.

use super::Device;

impl Device {
    /// Somebody at an address of its own who has no account.
    pub(super) fn trouble(&mut self) {
        let evil = "10.7.0.66";
        let at = self.now;
        let victim = self.random.usize(..self.users.len());
        let victim = self.users[victim].address.clone();
        let secret = self.secret();
        let forged = format!("{}Started session for user root", self.head(at, "session"));
        let chain = format!(
            "{}Login request from IP {victim}\n{}Checking authentication for user root\n{forged}",
            self.head(at, "api"),
            self.head(at, "auth"),
        );
        let past = "2019-01-01 00:00:00.000 session         INFO Started session for user root";
        let future = "2099-01-01 00:00:00.000 session         INFO Ended session for user alice";
        let open = format!("{}[SENSITIVE] x", self.head(at, "scripts"));
        let long = "a".repeat(20_000);
        let gone = format!("{}Deleted all users", self.head(at, "auth"));
        let ahead = self.ahead(&victim);
        let name = match self.random.u8(..13) {
            0 => format!("x\n{forged}"),
            1 => format!("x [/SENSITIVE]\n{chain}"),
            2 => format!("x\n{past}\n{future}"),
            3 => format!("x\n{open}"),
            4 => long,
            5 => format!("\u{2028}{secret}\r\u{85}\0"),
            6 => format!("x\n{gone}"),
            7 => format!("{past}\n{past}\n{secret}"),
            8 => format!("x\n{ahead}"),
            _ => return self.noise(evil),
        };
        self.asks(at, evil, &name);
        self.note(at + 2, "auth", &format!("Cannot authenticate, no such user {name}"));
        self.request(at + 3, evil, "POST /api/auth HTTP/1.1", 401);
        self.truth(at + 3, None, "login_denied", "denied", "/api/auth");
        self.now += 4;
    }

    /// Logins that are yet to come, at a moment when somebody may really log in.
    fn ahead(&mut self, victim: &str) -> String {
        let first = self.now + self.random.i64(500..50 * 60_000);
        let logins = (0..self.random.i64(1..30)).map(|number| {
            let at = first + number * 2_000;
            format!(
                "{}Login request from IP {victim}\n{}Checking authentication for user root\n\
                 {}Started session for user root\n",
                self.head(at, "api"),
                self.head(at, "auth"),
                self.head(at, "session"),
            )
        });
        logins.collect()
    }

    /// What is no action, although it looks like one.
    fn noise(&mut self, evil: &str) {
        let secret = self.secret();
        let mut raw = |line: &[u8]| self.access.push((self.now, line.to_vec()));
        raw(b"10.7.0.20 - - [21/Nov/2026:02:09:47 +0100] \"POST /api/auth HTTP/1.1\" 200 3 \"-");
        raw(b"\n\n\0\0\0\n\xff\xfe\xfd\n");
        let huge = vec![b'A'; 300 * 1024];
        if self.now % 7 == 0 {
            self.access.push((self.now, [&huge[..], b"\n"].concat()));
            self.app.push((self.now, [&huge[..], b"\n"].concat()));
        }
        // Half a line, and the next one stuck to it.
        let torn = self.access.last().map(|it| it.1.len() / 2).unwrap_or_default();
        let half = b"10.7.0.2 - - [21/Nov/2026:02:09:47 +0100] \"POST /api/restart HTTP/1.1\" 200";
        self.access.push((self.now, half[..torn.min(half.len())].to_vec()));
        for (request, status) in [
            ("GET /healthz HTTP/1.1".to_owned(), 200),
            ("GET /api/restart HTTP/1.1".to_owned(), 200),
            ("POST /api/restart/ HTTP/1.1".to_owned(), 404),
            ("POST //api//restart HTTP/1.1".to_owned(), 308),
            (format!("GET /?next=/api/shutdown&t={secret} HTTP/1.1"), 200),
            (format!("GET http://a:{secret}@kvm.test/api/version HTTP/1.1"), 400),
            ("\\x16\\x03\\x01\\x02".to_owned(), 400),
            (String::new(), 408),
        ] {
            self.request(self.now, evil, &request, status);
        }
        let pasted =
            format!("[SENSITIVE] Failed to paste: {secret}\n{}", self.head(self.now, "session"));
        let pasted = format!("{pasted}Started session for user root\n [/SENSITIVE]");
        self.record(self.now, "paste", &pasted);
        let trace =
            format!("oh\nTraceback (most recent call last):\n  File\nValueError: {secret}\n");
        self.record(self.now, "__main__", &trace);
        self.now += 1;
    }
}
