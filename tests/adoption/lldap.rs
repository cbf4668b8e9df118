//! A directory of users on actix-web: who changed whom.

use actix_web::web::{self, Path};
use actix_web::{FromRequest, HttpMessage, HttpRequest, Responder};
use audit_core::vocab::{ClaimedName, ObjectName, SessionRef, UserName};
use audit_core::{Actor, Outcome, OwnedContext, Source, Withheld};
use audit_events::common::*;

use crate::device::{self, Failed};

pub(crate) fn routes(app: &mut web::ServiceConfig) {
    app.route("/reset/{user}", web::post().to(ask_for_reset))
        .route("/users/{user}", web::post().to(create))
        .route("/users/{user}", web::delete().to(remove))
        .route("/users/{user}/name/{new}", web::post().to(rename))
        .route("/users/{user}/password", web::post().to(change_password))
        .route("/groups/{group}/{user}", web::post().to(add))
        .route("/groups/{group}/{user}", web::delete().to(take))
        .route("/sessions/{user}", web::delete().to(revoke));
}

/// Who asks; nobody, where nobody is logged in.
struct Who(OwnedContext);

impl FromRequest for Who {
    type Error = actix_web::Error;
    type Future = std::future::Ready<Result<Who, actix_web::Error>>;

    fn from_request(request: &HttpRequest, _: &mut actix_web::dev::Payload) -> Self::Future {
        let source =
            Source::behind(request.peer_addr(), request.headers().get_all("x-forwarded-for"), &[]);
        let cookie = request.extensions().get::<String>().cloned().unwrap_or_default();
        let context = match device::user_of(&cookie) {
            Some(user) => {
                let actor = Actor::UserInSession(UserName::of(&user), SessionRef::of(&cookie));
                OwnedContext::new(actor, source)
            }
            None => OwnedContext::of_nobody(source),
        };
        std::future::ready(Ok(Who(context)))
    }
}

fn answer(result: Result<(), Failed>) -> Result<impl Responder, Failed> {
    result.map(|()| actix_web::HttpResponse::Ok().finish())
}

async fn ask_for_reset(Who(who): Who, name: Path<String>) -> Result<impl Responder, Failed> {
    let result = device::find(&name);
    let (outcome, user) = (Outcome::of(&result, Failed::fault), ClaimedName::unknown(&name));
    PasswordResetRequested { outcome, user }.within(&who).emit_or_count();
    answer(device::done())
}

async fn create(Who(who): Who, name: Path<String>) -> Result<impl Responder, Failed> {
    let result = device::done();
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    UserCreated { outcome, user, id: None, role: None }.within(&who).emit_or_count();
    answer(result)
}

async fn remove(Who(who): Who, name: Path<String>) -> Result<impl Responder, Failed> {
    let result = device::find(&name);
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    UserDeleted { outcome, user, id: None }.within(&who).emit_or_count();
    answer(result)
}

async fn rename(Who(who): Who, names: Path<(String, String)>) -> Result<impl Responder, Failed> {
    let result = device::find(&names.0);
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&names.0));
    UserRenamed { outcome, user, new_name: ObjectName::of(&names.1) }.within(&who).emit_or_count();
    answer(result)
}

async fn change_password(
    Who(who): Who,
    name: Path<String>,
    body: String,
) -> Result<impl Responder, Failed> {
    let (result, password) = (device::find(&name), Withheld::new(&*body));
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    PasswordChanged { outcome, user, id: None, password }.within(&who).emit_or_count();
    answer(result)
}

async fn add(Who(who): Who, names: Path<(String, String)>) -> Result<impl Responder, Failed> {
    let (result, group) = (device::find(&names.0), ObjectName::of(&names.0));
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&names.1));
    GroupMemberAdded { outcome, group, id: None, user }.within(&who).emit_or_count();
    answer(result)
}

async fn take(Who(who): Who, names: Path<(String, String)>) -> Result<impl Responder, Failed> {
    let (result, group) = (device::find(&names.0), ObjectName::of(&names.0));
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&names.1));
    GroupMemberRemoved { outcome, group, id: None, user }.within(&who).emit_or_count();
    answer(result)
}

async fn revoke(Who(who): Who, name: Path<String>) -> Result<impl Responder, Failed> {
    let result = device::find(&name);
    let (outcome, user) = (Outcome::of(&result, Failed::fault), UserName::of(&name));
    SessionRevoked { outcome, user, session: None }.within(&who).emit_or_count();
    answer(result)
}
