//! A client of the server, as its scenario and its tests have it.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::log::Failure;

/// What a login signs: nothing else that anybody signs looks like it.
pub fn login_text(nonce: &str, user: &str) -> String {
    format!("audit example vault login\n{nonce}\n{user}\n")
}

/// A user, with the key that no one else has.
pub struct User {
    pub name: &'static str,
    key: SigningKey,
}

impl User {
    pub fn new(name: &'static str) -> Result<User, Failure> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(User { name, key: SigningKey::from_bytes(&seed) })
    }

    pub fn public(&self) -> String {
        HEXLOWER.encode(self.key.verifying_key().as_bytes())
    }

    /// The secret key, as text: the log must not have it.
    pub fn secret(&self) -> String {
        HEXLOWER.encode(self.key.as_bytes())
    }
}

/// A connection.
pub struct Client {
    reader: BufReader<TcpStream>,
    nonce: String,
}

impl Client {
    pub fn connect(server: SocketAddr) -> Result<Client, Failure> {
        let stream = TcpStream::connect_timeout(&server, Duration::from_secs(10))?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let mut client = Client { reader: BufReader::new(stream), nonce: String::new() };
        let greeting = client.next()?;
        client.nonce = greeting.strip_prefix("VAULT ").ok_or("no greeting")?.to_owned();
        Ok(client)
    }

    /// Sends a line and gives the answer.
    pub fn ask(&mut self, line: &str) -> Result<String, Failure> {
        self.reader.get_mut().write_all(format!("{line}\n").as_bytes())?;
        self.next()
    }

    /// Becomes a user, with a code.
    pub fn register(&mut self, user: &User, code: &str) -> Result<String, Failure> {
        self.ask(&format!("REGISTER {} {code} ed25519 {}", user.name, user.public()))
    }

    /// Logs in as a user, with the key of one.
    pub fn login(&mut self, name: &str, with: &User) -> Result<String, Failure> {
        let signature = with.key.sign(login_text(&self.nonce, name).as_bytes());
        let signature = HEXLOWER.encode(&signature.to_bytes());
        self.ask(&format!("AUTH {name} ed25519 {} {signature}", with.public()))
    }

    /// A connection on which somebody has logged in.
    pub fn of(user: &User, server: SocketAddr) -> Result<Client, Failure> {
        let mut client = Client::connect(server)?;
        match client.login(user.name, user)?.as_str() {
            "OK" => Ok(client),
            refused => Err(format!("a login was answered {refused}").into()),
        }
    }

    /// The next line; an error if the connection is closed.
    pub fn next(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        match self.reader.read_line(&mut line)? {
            0 => Err("the server closed the connection".into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }
}
