//! A device that never was: what it did, and both logs of it, from a seed. More hostile than a real
//! day, and in any time zone.

mod trouble;

use crate::score::Truth;
use fastrand::Rng;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A day at a device.
pub(crate) struct Day {
    pub(crate) truths: Vec<Truth>,
    pub(crate) access: Vec<Vec<u8>>,
    pub(crate) app: Vec<Vec<u8>>,
    pub(crate) secrets: Vec<String>,
}

/// What kind of day.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) zone: &'static str,
    pub(crate) begin: &'static str,
    /// Between two things that somebody does, in milliseconds, at most.
    pub(crate) pause: i64,
    pub(crate) steps: usize,
    /// Whether messages with names are marked as sensitive.
    pub(crate) marked: bool,
}

const NAMES: [&str; 14] = [
    "alice",
    "bob",
    "mary ann",
    "zoë",
    "zoe\u{308}",
    "-",
    "null",
    "[SENSITIVE]",
    "x [/SENSITIVE]",
    "bob with role ADMIN",
    "a\rb",
    "line\u{2028}two",
    "root\n",
    "кто-то",
];

struct User {
    name: String,
    address: String,
    in_: bool,
    console: bool,
}

pub(crate) struct Device {
    random: Rng,
    zone: TimeZone,
    now: i64,
    marked: bool,
    users: Vec<User>,
    truths: Vec<Truth>,
    access: Vec<(i64, Vec<u8>)>,
    app: Vec<(i64, Vec<u8>)>,
    secrets: Vec<String>,
}

impl Device {
    pub(crate) fn day(plan: &Plan) -> Day {
        let mut random = Rng::with_seed(plan.seed);
        let mut names = NAMES;
        random.shuffle(&mut names);
        // The last three share an address.
        let address = |at: usize| format!("10.7.0.{}", 20 + at.min(NAMES.len() - 3));
        let user = |(at, name): (usize, &&str)| User {
            name: (*name).to_owned(),
            address: address(at),
            in_: false,
            console: false,
        };
        let users = names.iter().enumerate().map(user).collect();
        let mut device = Device {
            random,
            zone: TimeZone::get(plan.zone).unwrap(),
            now: plan.begin.parse::<Timestamp>().unwrap().as_millisecond(),
            marked: plan.marked,
            users,
            truths: Vec::new(),
            access: Vec::new(),
            app: Vec::new(),
            secrets: Vec::new(),
        };
        for _ in 0..plan.steps {
            device.now += device.random.i64(5..plan.pause);
            device.step();
        }
        device.over()
    }

    fn over(mut self) -> Day {
        self.truths.sort_by_key(Truth::millis);
        self.access.sort_by_key(|it| it.0);
        self.app.sort_by_key(|it| it.0);
        let bytes = |lines: Vec<(i64, Vec<u8>)>| lines.into_iter().map(|it| it.1).collect();
        Day {
            truths: self.truths,
            access: bytes(self.access),
            app: bytes(self.app),
            secrets: self.secrets,
        }
    }

    fn step(&mut self) {
        let who = self.random.usize(..self.users.len());
        if !self.users[who].in_ {
            match self.random.u8(..4) {
                0 => self.refused(who),
                1 => self.trouble(),
                2 if self.random.u8(..6) == 0 => self.two_logins(who),
                _ => self.login(who),
            }
            return;
        }
        match self.random.u8(..12) {
            0 => self.logout(who),
            1 | 2 if !self.users[who].console => self.console(who),
            3 => self.trouble(),
            4 => self.password(who),
            5 => self.account(who),
            _ => self.act(who),
        }
    }

    fn secret(&mut self) -> String {
        let secret = format!("CANARY-{:010x}", self.random.u64(..1 << 40));
        self.secrets.push(secret.clone());
        secret
    }

    fn request(&mut self, at: i64, address: &str, request: &str, status: u16) {
        let user = if self.random.u8(..50) == 0 { "svc \\x22x\\x22" } else { "-" };
        let referer = format!("http://kvm.test/?t={}", self.secret());
        let time = self.local(at);
        let time = time.strftime("%d/%b/%Y:%H:%M:%S %z");
        let line =
            format!("{address} - {user} [{time}] \"{request}\" {status} 3 \"{referer}\" \"-\"\n");
        self.access.push((at, line.into_bytes()));
    }

    fn local(&self, at: i64) -> jiff::Zoned {
        Timestamp::from_millisecond(at).unwrap().to_zoned(self.zone.clone())
    }

    fn head(&self, at: i64, logger: &str) -> String {
        let time = self.local(at);
        format!("{} {logger:<15} {:<4} ", time.strftime("%Y-%m-%d %H:%M:%S.%3f"), "INFO")
    }

    fn record(&mut self, at: i64, logger: &str, message: &str) {
        let line = format!("{}{message}\n", self.head(at, logger));
        self.app.push((at, line.into_bytes()));
    }

    /// A message with a name or an address in it.
    fn note(&mut self, at: i64, logger: &str, message: &str) {
        let marked = format!("[SENSITIVE] {message} [/SENSITIVE]");
        self.record(at, logger, if self.marked { &marked } else { message });
    }

    fn truth(&mut self, at: i64, who: Option<usize>, action: &str, outcome: &str, path: &str) {
        let source_ip = who.map_or("10.7.0.66".to_owned(), |it| self.users[it].address.clone());
        self.truths.push(Truth {
            time: Timestamp::from_millisecond(at).unwrap().to_string(),
            source_ip,
            user: who.map(|it| self.users[it].name.clone()),
            action: action.to_owned(),
            outcome: outcome.to_owned(),
            path: path.to_owned(),
            target_user: None,
        });
    }

    fn asks(&mut self, at: i64, address: &str, name: &str) {
        let forged = ["", "10.7.0.20, ", "x [/SENSITIVE], ", ", "][self.random.usize(..4)];
        self.note(at, "api", &format!("Login request from IP {forged}{address}"));
        self.note(at + 1, "auth", &format!("Checking authentication for user {name}"));
    }

    fn login(&mut self, who: usize) {
        let (name, address) = (self.users[who].name.clone(), self.users[who].address.clone());
        let at = self.now;
        self.asks(at, &address, &name);
        self.note(at + 2, "session", &format!("Started session for user {name}"));
        let path = ["/api/auth", "/api/%61uth", "http://kvm.test/api/auth"][self.random.usize(..3)];
        self.request(at + 3, &address, &format!("POST {path} HTTP/1.1"), 200);
        self.truth(at + 3, Some(who), "login", "success", "/api/auth");
        self.users[who].in_ = true;
        self.now += 4;
    }

    /// Two log in at once, and their messages are mixed.
    fn two_logins(&mut self, who: usize) {
        let Some(other) = (0..self.users.len()).find(|it| !self.users[*it].in_ && *it != who)
        else {
            return self.login(who);
        };
        let at = self.now;
        for who in [who, other] {
            let address = self.users[who].address.clone();
            self.note(at, "api", &format!("Login request from IP {address}"));
        }
        for who in [other, who] {
            let name = self.users[who].name.clone();
            self.note(at + 1, "auth", &format!("Checking authentication for user {name}"));
        }
        for who in if self.random.bool() { [who, other] } else { [other, who] } {
            let (name, address) = (self.users[who].name.clone(), self.users[who].address.clone());
            self.note(at + 2, "session", &format!("Started session for user {name}"));
            self.request(at + 3, &address, "POST /api/auth HTTP/1.1", 200);
            self.truth(at + 3, Some(who), "login", "success", "/api/auth");
            self.users[who].in_ = true;
        }
        self.now += 5;
    }

    fn refused(&mut self, who: usize) {
        let (name, address) = (self.users[who].name.clone(), self.users[who].address.clone());
        let at = self.now;
        self.asks(at, &address, &name);
        let why = "Cannot authenticate, password not correct for user";
        self.note(at + 2, "auth", &format!("{why} {name}"));
        self.request(at + 3, &address, "POST /api/auth HTTP/1.1", 401);
        self.truth(at + 3, Some(who), "login_denied", "denied", "/api/auth");
        self.now += 4;
    }

    fn logout(&mut self, who: usize) {
        let (name, address) = (self.users[who].name.clone(), self.users[who].address.clone());
        self.note(self.now, "session", &format!("Ended session for user {name}"));
        self.request(self.now + 1, &address, "POST /api/logout HTTP/1.1", 200);
        self.truth(self.now + 1, Some(who), "logout", "success", "/api/logout");
        self.users[who].in_ = false;
        self.users[who].console = false;
        self.now += 2;
    }

    fn password(&mut self, who: usize) {
        let (name, address) = (self.users[who].name.clone(), self.users[who].address.clone());
        self.note(self.now, "auth", &format!("Changed password of user {name}"));
        self.record(self.now, "video_service", "Triggering ustreamer restart...");
        self.note(self.now + 1, "session", &format!("Started session for user {name}"));
        self.request(self.now + 2, &address, "PUT /api/currentUser/password HTTP/1.1", 200);
        let path = "/api/currentUser/password";
        self.truth(self.now + 2, Some(who), "password_change", "success", path);
        self.now += 3;
    }

    fn account(&mut self, who: usize) {
        let address = self.users[who].address.clone();
        let name = format!("temp{} with role ADMIN", self.random.u16(..));
        self.note(self.now, "auth", &format!("Created user {name} with role OPERATOR"));
        self.request(self.now + 1, &address, "POST /api/user HTTP/1.1", 200);
        self.truth(self.now + 1, Some(who), "user_create", "success", "/api/user");
        self.truths.last_mut().unwrap().target_user = Some(name.clone());
        self.now += self.random.i64(3..3_000);
        self.note(self.now, "auth", &format!("Deleted user {name}"));
        self.request(self.now + 1, &address, "DELETE /api/user HTTP/1.1", 200);
        self.truth(self.now + 1, Some(who), "user_delete", "success", "/api/user");
        self.truths.last_mut().unwrap().target_user = Some(name);
        self.now += 2;
    }

    /// The page is loaded, and its connections last for a while.
    fn console(&mut self, who: usize) {
        let address = self.users[who].address.clone();
        let at = self.now;
        self.request(at, &address, "GET / HTTP/1.1", 200);
        let id = format!("c{}", self.random.u64(..));
        self.record(at + 5, "socket_api", &format!("Client {id} connected"));
        let lasts = self.random.i64(3_000..60_000);
        for (path, target, status) in [
            ("/janus/ws", "/janus/ws", 101),
            ("/socket.io/", "/socket.io/?transport=websocket&sid=x", 101),
        ] {
            self.truth(at + 6, Some(who), "session_start", "success", path);
            self.request(at + lasts, &address, &format!("GET {target} HTTP/1.1"), status);
            self.truth(at + lasts, Some(who), "session_end", "success", path);
        }
        self.record(at + lasts, "socket_api", &format!("Client {id} disconnected"));
        self.users[who].console = true;
        self.now += 10;
    }

    fn act(&mut self, who: usize) {
        let address = self.users[who].address.clone();
        let secret = self.secret();
        let (method, path, sent, action) = [
            ("POST", "/api/paste", "/api/%70aste", "paste"),
            ("PUT", "/api/massStorage/mount", "/api/massStorage%2Fmount", "media_mount"),
            (
                "DELETE",
                "/api/massStorage/mount",
                "http://u:p@h/api/massStorage/mount",
                "media_unmount",
            ),
            ("POST", "/api/scripts/collect/run", "/api/scripts/collect/run", "script_run"),
            ("PUT", "/api/settings/video", "/api/settings/video", "setting_change"),
            ("GET", "/api/debugLogs", "/api/debugLogs", "debug_log_export"),
            (
                "POST",
                "/api/massStorage/fetchFromUrl",
                "/api/massStorage/fetchFromUrl",
                "media_fetch",
            ),
        ][self.random.usize(..7)];
        let (status, outcome) = [
            (200, "success"),
            (200, "success"),
            (502, "failure"),
            (499, "aborted"),
            (403, "denied"),
        ][self.random.usize(..5)];
        let query =
            if self.random.bool() { format!("?k={secret}#{secret}") } else { String::new() };
        if action == "media_fetch" {
            let message =
                format!("[SENSITIVE] Fetching image from https://u:{secret}@h/\n{secret}");
            self.record(self.now, "mass_storage", &format!("{message} [/SENSITIVE]"));
        }
        self.request(self.now + 1, &address, &format!("{method} {sent}{query} HTTP/1.1"), status);
        self.truth(self.now + 1, Some(who), action, outcome, path);
        self.now += 2;
    }
}
