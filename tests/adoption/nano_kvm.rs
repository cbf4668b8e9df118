//! A second server on axum, of a small device: its context is made where a request is taken apart, and
//! its firmware is written in two phases.

use audit_core::vocab::{HardwareIndex, ObjectId, SessionRef, UserName, Version};
use audit_core::{Actor, Awaited, Outcome, OwnedContext, Source};
use audit_events::kvm::*;
use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::routing::post;

use crate::device::{self, Failed};

type Answer = Result<(), Failed>;

pub(crate) fn app() -> Router {
    Router::new()
        .route("/firmware/{version}", post(update))
        .route("/gpio/{channel}", post(set_gpio))
        .route("/ssh/{on}", post(switch_ssh))
        .route("/terminal", post(open_terminal))
        .route("/jiggler", post(jiggle))
        .route("/reboot", post(reboot))
}

/// Who asks.
struct Who(OwnedContext);

impl<S: Sync> FromRequestParts<S> for Who {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Who, StatusCode> {
        let cookie = parts.headers.get("cookie").and_then(|it| it.to_str().ok()).unwrap_or("");
        let user = device::user_of(cookie).ok_or(StatusCode::UNAUTHORIZED)?;
        let actor = Actor::UserInSession(UserName::of(&user), SessionRef::of(cookie));
        let headers = parts.headers.get_all("x-forwarded-for");
        let context = OwnedContext::new(actor, Source::behind(None, headers, &[]));
        Ok(Who(context))
    }
}

async fn update(Who(who): Who, Path(version): Path<String>) -> Answer {
    let (outcome, from, to) = (Awaited::new(), Version::of("2.6.1"), Version::of(&version));
    let begun = FirmwareUpdated { outcome, from, to }.within(&who).begin_async().await?;
    let result = device::find(&version);
    let outcome = Outcome::of(&result, |_| FirmwareFault::BadSignature);
    begun.finish_async(outcome).await?;
    result
}

async fn set_gpio(Who(who): Who, Path(channel): Path<u32>) -> Answer {
    let (result, channel) = (device::done(), HardwareIndex::new(channel));
    let outcome = Outcome::of(&result, Failed::fault);
    GpioSet { outcome, channel, enabled: true }.within(&who).emit_or_count();
    result
}

async fn switch_ssh(Who(who): Who, Path(enabled): Path<bool>) -> Answer {
    let (result, service) = (device::done(), NetworkService::Ssh);
    let outcome = Outcome::of(&result, Failed::fault);
    ServiceSwitched { outcome, service, enabled }.within(&who).emit_or_count();
    result
}

async fn open_terminal(Who(who): Who) -> Answer {
    let result = device::done();
    let (outcome, terminal) = (Outcome::of(&result, Failed::fault), ObjectId::of("1"));
    TerminalOpened { outcome, terminal }.within(&who).emit_or_count();
    result
}

async fn jiggle(Who(who): Who) -> Answer {
    let result = device::done();
    let outcome = Outcome::of(&result, Failed::fault);
    JigglerSwitched { outcome, enabled: true }.within(&who).emit_or_count();
    result
}

/// What is not recorded is not done.
async fn reboot(Who(who): Who) -> Answer {
    let switch = PowerSwitch::Restart;
    let event = DevicePower { outcome: Outcome::Success, switch };
    event.within(&who).submit_durable()?.await?;
    device::done()
}
