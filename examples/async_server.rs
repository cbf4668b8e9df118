//! This example shows a server in async Rust (axum): a middleware says who asks, handlers record within
//! that, and what cannot be undone waits for its record. `docs/async.md` says why.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use audit_core::vocab::{ObjectName, UserName};
use audit_core::{Actor, EmitError, Outcome, OwnedContext, Source};
use audit_events::kvm::{DriveWiped, MediaDeleted};
use axum::body::Body;
use axum::extract::{Extension, Path, Request};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{delete, post};
use tower::ServiceExt;

async fn who(mut request: Request, next: Next) -> Response {
    // A real one looks the session up.
    let headers = request.headers().get_all("x-forwarded-for");
    let source = Source::behind(None, headers, &[]);
    let context = OwnedContext::new(Actor::User(UserName::of("alice")), source);
    request.extensions_mut().insert(context);
    next.run(request).await
}

async fn delete_image(Extension(who): Extension<OwnedContext>, Path(name): Path<String>) {
    let image = ObjectName::of(&name);
    MediaDeleted { outcome: Outcome::Success, image }.within(&who).emit_or_count();
}

async fn wipe(Extension(who): Extension<OwnedContext>) -> Result<(), StatusCode> {
    let refused = |_: EmitError| StatusCode::SERVICE_UNAVAILABLE;
    let wiped = DriveWiped { outcome: Outcome::Success, size: None };
    wiped.within(&who).submit_durable().map_err(refused)?.await.map_err(refused)?;
    Ok(())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let log = audit_writer::Writer::builder(std::env::temp_dir().join("audit-async")).install()?;
    let app = axum::Router::new()
        .route("/images/{name}", delete(delete_image))
        .route("/wipe", post(wipe))
        .layer(from_fn(who));
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (method, path) in [("DELETE", "/images/debian.iso"), ("POST", "/wipe")] {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("x-forwarded-for", "198.51.100.7").body(Body::empty())?;
        println!("{path}: {}", runtime.block_on(app.clone().oneshot(request))?.status());
    }
    drop(runtime); // First the runtime, then the log.
    println!("{}", log.shutdown());
    Ok(())
}
