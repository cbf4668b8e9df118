//! A server as KVM over IP programs on axum have it: a login, the machine's power, images, what the
//! device types as, networks that it joins. What it really does is left out; what it records is not.

use std::net::SocketAddr;

use audit_core::proxies::Network;
use audit_core::vocab::{ByteSize, ClaimedName, ObjectId, ObjectName, SessionRef, UserName};
use audit_core::{Actor, Outcome, OwnedContext, Source, Withheld};
use audit_events::kvm::*;
use axum::extract::{ConnectInfo, Extension, Path, Request};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{delete, post};
use axum::{Json, Router};
use serde::Deserialize;

use crate::device::{self, Failed};

type Answer = Result<(), Failed>;
type Who = Extension<OwnedContext>;

pub(crate) fn app() -> Router {
    Router::new()
        .route("/auth/logout", post(logout))
        .route("/atx/power", post(press_power))
        .route("/atx/wol/{address}", post(wake))
        .route("/msd/images/{name}", delete(delete_image).put(upload_image))
        .route("/msd/connect/{name}", post(connect))
        .route("/msd/wipe", post(wipe))
        .route("/hid/mode/{mode}", post(change_hid))
        .route("/hid/paste", post(paste))
        .route("/video/edid/{name}", post(change_edid))
        .route("/network/tailscale", post(join_tailscale))
        .route("/config/export", post(export))
        .route("/users/{name}", post(create_user).delete(delete_user))
        .layer(middleware::from_fn(who))
        .route("/auth/login", post(login))
}

/// Nobody comes further without a session.
async fn who(mut request: Request, next: Next) -> Result<Response, StatusCode> {
    let cookie = request.headers().get("cookie").and_then(|it| it.to_str().ok()).unwrap_or("");
    let source = source(&request);
    let Some(user) = device::user_of(cookie) else { return Err(StatusCode::UNAUTHORIZED) };
    let actor = Actor::UserInSession(UserName::of(&user), SessionRef::of(cookie));
    let context = OwnedContext::new(actor, source);
    request.extensions_mut().insert(context);
    Ok(next.run(request).await)
}

fn source(request: &Request) -> Source {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|it| it.0);
    let trusted: [Network; 1] = ["127.0.0.0/8".parse().unwrap()];
    Source::behind(peer, request.headers().get_all("x-forwarded-for"), &trusted)
}

#[derive(Deserialize)]
struct Login {
    user: String,
    password: String,
}

async fn login(headers: HeaderMap, Json(login): Json<Login>) -> Result<String, StatusCode> {
    let trusted: [Network; 1] = ["127.0.0.0/8".parse().unwrap()];
    let source = Source::behind(None, headers.get_all("x-forwarded-for"), &trusted);
    let nobody = OwnedContext::of_nobody(source);
    let Some(cookie) = device::log_in(&login.user, &login.password) else {
        let (user, reason) = (ClaimedName::unknown(&login.user), LoginRefusal::BadPassword);
        let password = Some(Withheld::new(&*login.password));
        LoginFailed { user, reason, attempt: None, password }.within(&nobody).emit_or_count();
        return Err(StatusCode::FORBIDDEN);
    };
    let actor = Actor::UserInSession(UserName::of(&login.user), SessionRef::of(&cookie));
    LoggedInBy { method: LoginMethod::Password }.within(&nobody.acting(actor)).emit_or_count();
    Ok(cookie)
}

async fn logout(Extension(who): Who) -> Answer {
    LoggedOut {}.within(&who).emit_or_count();
    device::done()
}

async fn press_power(Extension(who): Who) -> Answer {
    let result = device::done();
    let outcome = Outcome::of(&result, Failed::fault);
    AtxPressed { outcome, button: AtxSwitch::Power }.within(&who).emit_or_count();
    result
}

async fn wake(Extension(who): Who, Path(address): Path<String>) -> Answer {
    let result = device::done();
    let (outcome, machine) = (Outcome::of(&result, Failed::fault), ObjectId::of(&address));
    WakeOnLan { outcome, machine }.within(&who).emit_or_count();
    result
}

async fn delete_image(Extension(who): Who, Path(name): Path<String>) -> Answer {
    let result = device::find(&name);
    let (outcome, image) = (Outcome::of(&result, Failed::media), ObjectName::of(&name));
    MediaDeleted { outcome, image }.within(&who).emit_or_count();
    result
}

async fn upload_image(Extension(who): Who, Path(name): Path<String>, body: String) -> Answer {
    let (result, size) = (device::done(), ByteSize::new(body.len() as u64));
    let (outcome, image) = (Outcome::of(&result, Failed::media), ObjectName::of(&name));
    MediaUploaded { outcome, image, size }.within(&who).emit_or_count();
    result
}

async fn connect(Extension(who): Who, Path(name): Path<String>) -> Answer {
    let (result, mode) = (device::find(&name), MediaMode::Cdrom);
    let (outcome, image) = (Outcome::of(&result, Failed::media), ObjectName::of(&name));
    MediaMounted { outcome, image, size: ByteSize::new(0), mode }.within(&who).emit_or_count();
    result
}

/// Before what cannot be undone the record is on the disk, or it is not done.
async fn wipe(Extension(who): Who) -> Answer {
    let wiped = DriveWiped { outcome: Outcome::Success, size: None };
    wiped.within(&who).submit_durable()?.await?;
    device::done()
}

async fn change_hid(Extension(who): Who, Path(mode): Path<String>) -> Answer {
    let hid_mode = if mode == "ps2" { HidMode::Ps2 } else { HidMode::UsbAbsolute };
    let result = device::done();
    let outcome = Outcome::of(&result, Failed::fault);
    HidModeChanged { outcome, hid_mode }.within(&who).emit_or_count();
    result
}

async fn paste(Extension(who): Who, text: String) -> Answer {
    let (size_bucket, layout) = (audit_core::vocab::PasteSize::of(&text), KeyboardLayout::EnUs);
    PasteUsed { size_bucket, layout, text: Withheld::new(&*text) }.within(&who).emit_or_count();
    device::done()
}

async fn change_edid(Extension(who): Who, Path(name): Path<String>) -> Answer {
    let result = device::find(&name);
    let (outcome, profile) = (Outcome::of(&result, Failed::fault), Some(ObjectName::of(&name)));
    EdidChanged { outcome, profile }.within(&who).emit_or_count();
    result
}

async fn join_tailscale(Extension(who): Who) -> Answer {
    let (result, overlay) = (device::done(), OverlayKind::Tailscale);
    let outcome = Outcome::of(&result, Failed::fault);
    OverlayJoined { outcome, network: None, overlay }.within(&who).emit_or_count();
    result
}

async fn export(Extension(who): Who) -> Answer {
    let result = device::done();
    let outcome = Outcome::of(&result, Failed::fault);
    ConfigurationExported { outcome, size: None }.within(&who).emit_or_count();
    result
}

async fn create_user(Extension(who): Who, Path(name): Path<String>) -> Answer {
    let result = device::done();
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    UserCreated { outcome, user, id: None, role: None }.within(&who).emit_or_count();
    result
}

async fn delete_user(Extension(who): Who, Path(name): Path<String>) -> Answer {
    let result = device::find(&name);
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    UserDeleted { outcome, user, id: None }.within(&who).emit_or_count();
    result
}
