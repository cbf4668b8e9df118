//! A day in the life of the device: real requests, from several addresses, good and bad.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr};

use socket2::{Domain, Socket, Type};

use crate::device::Failure;

/// The accounts that the device has: name, password and role.
pub const ACCOUNTS: &[[&str; 3]] =
    &[["admin", "Tr0mbone-Valve-93", "admin"], ["operator", "night#Heron;2041", "operator"]];

/// What somebody typed into the wrong box.
const PASSWORD_AS_NAME: &str = "night#Heron;2O41";
const WRONG_PASSWORD: &str = "Tr0mbone-Valve-39";
const PASTED: &str = "root\tBIOS-Setup!Recovery-7781-Key\n";
const MEDIA_TOKEN: &str = "sig-9f8e7d6c5b4a-media";
const MEDIA_USERINFO: &str = "mirror:Winter.Sledge.5";
const SETTING_VALUE: &str = "smtp-relay-pass-0O0";
const FIRST_PASSWORD: &str = "welcome-2-Kiosk-58";
const NEXT_PASSWORD: &str = "Glacier;Moth:1907";
const SCRIPT_ARGUMENTS: &str = "--bmc-pass Quartz_Lynx_640";

/// Everything that must never be in the log. Cookies are added as they are given out.
pub fn secrets() -> Vec<String> {
    let mut secrets: Vec<String> =
        ACCOUNTS.iter().map(|[_, password, _]| (*password).to_owned()).collect();
    for secret in [
        PASSWORD_AS_NAME,
        WRONG_PASSWORD,
        PASTED.trim_end(),
        MEDIA_TOKEN,
        MEDIA_USERINFO,
        SETTING_VALUE,
        FIRST_PASSWORD,
        NEXT_PASSWORD,
        SCRIPT_ARGUMENTS,
    ] {
        secrets.push(secret.to_owned());
    }
    secrets
}

/// Plays the day and prints each step. What must not be in the log is added to `secrets`.
///
/// # Errors
///
/// A request got no answer, or not the one that it should.
pub fn play(server: SocketAddr, secrets: &mut Vec<String>) -> Result<(), Failure> {
    let admin_at = Client { server, from: Ipv4Addr::new(127, 0, 0, 2) };
    let operator_at = Client { server, from: Ipv4Addr::new(127, 0, 0, 3) };
    let stranger_at = Client { server, from: Ipv4Addr::new(127, 0, 0, 66) };
    let (admin, admin_password) = account(0)?;
    let (operator, operator_password) = account(1)?;

    println!("Morning: the operator types the password into the box for the name, then gets in.");
    operator_at.login(PASSWORD_AS_NAME, "", 401)?;
    let cookie = operator_at.login(operator, operator_password, 200)?.ok_or("no cookie")?;
    secrets.push(cookie.clone());
    let step = |method, path, body: &str, status| {
        operator_at.send(method, path, Some(&cookie), body, status).map(drop)
    };
    step("POST", "/api/session", "", 201)?;
    let paste = serde_json::json!({ "text": PASTED, "layout": "en-us" }).to_string();
    step("POST", "/api/paste", &paste, 200)?;
    let url =
        format!("https://{MEDIA_USERINFO}@mirror.test/images/debian-13.iso?token={MEDIA_TOKEN}");
    let fetch = |url: &str| serde_json::json!({ "name": "debian-13.iso", "url": url }).to_string();
    step("POST", "/api/media/fetch", &fetch("ftp://mirror.test/debian-13.iso"), 400)?;
    step("POST", "/api/media/fetch", &fetch(&url), 201)?;
    step("POST", "/api/media/upload", r#"{"name":"drivers.img","bytes":2949120}"#, 201)?;
    step("PUT", "/api/media", r#"{"name":"debian-13.iso","mode":"cdrom"}"#, 200)?;
    step("PUT", "/api/media", r#"{"name":"drivers.img","mode":"disk"}"#, 409)?;
    step("POST", "/api/power", r#"{"of":"machine","switch":"restart"}"#, 200)?;
    step("DELETE", "/api/media", "", 200)?;
    step("DELETE", "/api/session", "", 200)?;
    let user = |user, password| {
        serde_json::json!({ "user": user, "password": password, "role": "admin" }).to_string()
    };
    step("POST", "/api/users", &user("operator2", FIRST_PASSWORD), 403)?;
    step("POST", "/api/logout", "", 200)?;
    step("POST", "/api/paste", &paste, 401)?;

    println!("Noon: somebody tries the administrator's account.");
    for _ in 0..3 {
        stranger_at.login(admin, WRONG_PASSWORD, 401)?;
    }

    println!("Evening: the administrator does the maintenance.");
    let cookie = admin_at.login(admin, admin_password, 200)?.ok_or("no cookie")?;
    secrets.push(cookie.clone());
    let step = |method, path, body: &str, status| {
        admin_at.send(method, path, Some(&cookie), body, status).map(drop)
    };
    let setting = serde_json::json!({ "name": "smtp.relay", "value": SETTING_VALUE }).to_string();
    step("PUT", "/api/settings", &setting, 200)?;
    step("PUT", "/api/serial", r#"{"baud_rate":115200}"#, 200)?;
    step("POST", "/api/users", &user("night", FIRST_PASSWORD), 201)?;
    step("PUT", "/api/users", &user("night", NEXT_PASSWORD), 200)?;
    let script = serde_json::json!({
        "name": "wake-lab.sh", "script": "#!/bin/sh\nwake \"$@\"\n", "arguments": SCRIPT_ARGUMENTS,
    });
    step("POST", "/api/scripts", &script.to_string(), 200)?;
    step("POST", "/api/debug-logs", "", 200)?;
    step("POST", "/api/firmware", r#"{"version":"2.5.0"}"#, 409)?;
    step("POST", "/api/firmware", r#"{"version":"2.7.0"}"#, 200)?;
    step("POST", "/api/power", r#"{"of":"device","switch":"restart"}"#, 200)?;
    step("POST", "/api/logout", "", 200)
}

fn account(at: usize) -> Result<(&'static str, &'static str), Failure> {
    let [user, password, _] = *ACCOUNTS.get(at).ok_or("no such account")?;
    Ok((user, password))
}

/// Somebody with a network address.
struct Client {
    server: SocketAddr,
    from: Ipv4Addr,
}

impl Client {
    /// The session's cookie, if the login was accepted.
    fn login(&self, user: &str, password: &str, status: u16) -> Result<Option<String>, Failure> {
        let body = serde_json::json!({ "user": user, "password": password }).to_string();
        let answer = self.send("POST", "/api/auth", None, &body, status)?;
        let cookie = answer.lines().find_map(|line| line.strip_prefix("Set-Cookie: session="));
        Ok(cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned))
    }

    /// Sends a request from this client's address and returns the head of the answer.
    #[expect(clippy::too_many_arguments, reason = "a request has these parts")]
    fn send(
        &self,
        method: &str,
        path: &str,
        cookie: Option<&str>,
        body: &str,
        status: u16,
    ) -> Result<String, Failure> {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
        socket.bind(&SocketAddr::from((self.from, 0)).into())?;
        socket.connect(&self.server.into())?;
        let mut stream: std::net::TcpStream = socket.into();
        let cookie =
            cookie.map(|cookie| format!("Cookie: session={cookie}\r\n")).unwrap_or_default();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: device\r\nConnection: close\r\n{cookie}Content-Length: {}\r\n\r\n{body}",
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let got = answer.split(' ').nth(1).unwrap_or("nothing").to_owned();
        println!("  {:<10} {method:<6} {path:<17} {got}", self.from);
        if got != status.to_string() {
            return Err(format!("{method} {path} was answered {got} instead of {status}").into());
        }
        Ok(answer)
    }
}
