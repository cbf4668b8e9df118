//! HTTP in front of the device.

use std::io::Read;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use audit_core::EmitError;
use tiny_http::{Header, Response, Server};

use crate::device::{Device, Failure, Reply, Request};

/// A request's body may not be longer than this.
const BODY_BYTES_MAX: u64 = 64 * 1024;
const THREADS: usize = 4;

/// A server that runs until it is told to stop.
pub struct Running {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// Serves the device at an address.
///
/// # Errors
///
/// The address cannot be listened on.
pub fn serve(address: SocketAddr, device: Device) -> Result<Running, Failure> {
    let server = Arc::new(Server::http(address).map_err(|error| -> Failure { error })?);
    let address = server.server_addr().to_ip().ok_or("not listening on a network address")?;
    let stop = Arc::new(AtomicBool::new(false));
    let device = Arc::new(device);
    let threads = (0..THREADS).map(|_| {
        let (server, device, stop) = (Arc::clone(&server), Arc::clone(&device), Arc::clone(&stop));
        std::thread::spawn(move || {
            while !stop.load(Ordering::Relaxed) {
                if let Ok(Some(request)) = server.recv_timeout(Duration::from_millis(50)) {
                    answer(&device, request);
                }
            }
        })
    });
    let threads = threads.collect();
    Ok(Running { address, stop, threads })
}

impl Running {
    /// Answers the requests that are under way and takes no more.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            drop(thread.join()); // A handler that panicked has nothing to tell us.
        }
    }
}

fn answer(device: &Device, mut request: tiny_http::Request) {
    let reply = read_and_handle(device, &mut request).unwrap_or_else(|failure| {
        // No record, no action: what could not be recorded was not done. A fault of the request is
        // not told in detail, because its text may quote what the request held.
        let status = if failure.is::<EmitError>() { 503 } else { 400 };
        Reply { status, set_cookie: None }
    });
    let mut response = Response::empty(reply.status);
    if let Some(cookie) = reply.set_cookie
        && let Ok(header) =
            Header::from_bytes("Set-Cookie", format!("session={cookie}; HttpOnly; SameSite=Strict"))
    {
        response.add_header(header);
    }
    drop(request.respond(response)); // The client may have gone; what was done is recorded all the same.
}

fn read_and_handle(device: &Device, request: &mut tiny_http::Request) -> Result<Reply, Failure> {
    let mut body = String::new();
    request.as_reader().take(BODY_BYTES_MAX).read_to_string(&mut body)?;
    let from = *request.remote_addr().ok_or("a request without an address")?;
    let method = request.method().to_string();
    let path = request.url().split('?').next().unwrap_or_default().to_owned();
    let cookies = request.headers().iter().find(|header| header.field.equiv("Cookie"));
    let cookie = cookies.and_then(|header| {
        header.value.as_str().split(';').find_map(|pair| pair.trim().strip_prefix("session="))
    });
    device.handle(&Request { method: &method, path: &path, from, cookie, body: &body })
}
