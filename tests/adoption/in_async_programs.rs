//! What `docs/async.md` claims, a test each.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpMessage;
use audit_core::vocab::{ByteSize, ObjectName};
use audit_core::{EmitError, Outcome, OwnedContext};
use audit_events::kvm::{MediaMode, MediaMounted};
use audit_writer::{Overflow, Writer};
use axum::body::Body;
use axum::extract::{Extension, Request};
use axum::middleware::{self, Next};
use axum::routing::post;
use tokio::time::timeout;
use tower::ServiceExt;

use crate::kit::{LONG, alice, log, recorded, somewhere, update};

fn context() -> OwnedContext {
    OwnedContext::new(alice(), somewhere())
}

fn mounted(image: &str) -> MediaMounted<'_> {
    MediaMounted {
        outcome: Outcome::Success,
        image: ObjectName::new(image).unwrap(),
        size: ByteSize::new(3),
        mode: MediaMode::Cdrom,
    }
}

/// With one thread, whoever blocks it blocks everybody.
#[tokio::test(flavor = "current_thread")]
async fn an_awaited_receipt_blocks_no_other_task() {
    let (disk, writer) = log();
    disk.hang();
    let durable = async {
        let pending = mounted("a.iso").within(&context()).to(&*writer).submit_durable()?;
        pending.await
    };
    let other = async {
        disk.wait_until_awaited();
        disk.answer();
    };
    let (receipt, ()) = timeout(LONG, async { tokio::join!(durable, other) }).await.unwrap();
    assert!(receipt.is_ok());
    assert_eq!(recorded(&disk, &writer), ["media_mount success alice"]);
}

#[tokio::test(flavor = "current_thread")]
async fn so_does_the_beginning_of_an_operation() {
    let (disk, writer) = log();
    disk.hang();
    let context = context();
    let operation = async {
        let begun = update().within(&context).to(&*writer).begin_async().await?;
        disk.hang();
        let other = async {
            disk.wait_until_awaited();
            disk.answer();
        };
        tokio::join!(begun.finish_async(Outcome::Success), other).0
    };
    let other = async {
        disk.wait_until_awaited();
        disk.answer();
    };
    let (receipt, ()) = timeout(LONG, async { tokio::join!(operation, other) }).await.unwrap();
    assert!(receipt.is_ok());
    let all = ["firmware_update begun unknown alice", "firmware_update ended success alice"];
    assert_eq!(recorded(&disk, &writer), all);
}

#[tokio::test]
async fn a_handler_that_is_cancelled_abandons_its_operation() {
    let (disk, writer) = log();
    let context = context();
    let handler = async {
        let begun = update().within(&context).to(&*writer).begin_async().await.unwrap();
        std::future::pending::<()>().await;
        begun.finish(Outcome::Success).unwrap();
    };
    assert!(timeout(Duration::from_millis(300), handler).await.is_err());
    let all = ["firmware_update begun unknown alice", "firmware_update abandoned unknown alice"];
    assert_eq!(recorded(&disk, &writer), all);
}

#[test]
fn so_does_one_that_is_cancelled_before_it_begins() {
    let (disk, writer) = log();
    let context = context();
    drop(update().within(&context).to(&*writer).begin_async());
    let all = ["firmware_update begun unknown alice", "firmware_update abandoned unknown alice"];
    assert_eq!(recorded(&disk, &writer), all);
}

/// The disk answers too late for the end of an operation to name its beginning.
#[test]
fn what_is_not_known_to_have_begun_is_counted() {
    let (disk, writer) = log();
    let context = context();
    disk.hang();
    drop(update().within(&context).to(&*writer).begin_async());
    disk.answer();
    assert_eq!(writer.close_within(LONG).stats.lost, 1);
}

/// Once it was asked for, its end is recorded whether or not it is awaited.
#[tokio::test]
async fn an_end_is_recorded_whether_it_is_awaited_or_not() {
    let (disk, writer) = log();
    let context = context();
    let begun = update().within(&context).to(&*writer).begin_async().await.unwrap();
    drop(begun.finish_async(Outcome::Success));
    let all = ["firmware_update begun unknown alice", "firmware_update ended success alice"];
    assert_eq!(recorded(&disk, &writer), all);
}

#[test]
fn a_runtime_that_shuts_down_abandons_what_its_tasks_began() {
    let (disk, writer) = log();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (has_begun, wait) = std::sync::mpsc::channel();
    let of_task = Arc::clone(&writer);
    runtime.spawn(async move {
        let context = context();
        let begun = update().within(&context).to(&*of_task).begin_async().await.unwrap();
        has_begun.send(()).unwrap();
        std::future::pending::<()>().await;
        begun.finish(Outcome::Success).unwrap();
    });
    wait.recv_timeout(LONG).unwrap();
    drop(runtime);
    // The log is shut down behind the runtime.
    let all = ["firmware_update begun unknown alice", "firmware_update abandoned unknown alice"];
    assert_eq!(recorded(&disk, &writer), all);
}

#[test]
fn emit_waits_for_room_unless_it_is_told_not_to() {
    let disk = audit_writer::storage::HangingStorage::default();
    let writer = Writer::builder_on(Arc::new(disk.clone()))
        .capacity_bytes(64 * 1024)
        .overflow(Overflow::Refuse)
        .start()
        .unwrap();
    disk.hang();
    let context = context();
    let refused = (0..1_000_000)
        .map(|_| mounted("a.iso").within(&context).to(&writer).emit())
        .find_map(Result::err);
    assert_eq!(refused, Some(EmitError::Full));
    disk.answer();
    assert!(writer.shutdown_within(LONG).is_complete());
}

#[tokio::test]
async fn a_context_goes_with_the_request_and_across_a_spawn_in_axum() {
    let (disk, writer) = log();
    async fn who(mut request: Request, next: Next) -> axum::response::Response {
        request.extensions_mut().insert(context());
        next.run(request).await
    }
    let recorder = Arc::clone(&writer);
    let mount = move |Extension(context): Extension<OwnedContext>| async move {
        let task = tokio::spawn(async move {
            mounted("a.iso").within(&context).to(&*recorder).emit().unwrap();
        });
        task.await.unwrap();
    };
    let app = axum::Router::new().route("/mount", post(mount)).layer(middleware::from_fn(who));
    let request = Request::post("/mount").body(Body::empty()).unwrap();
    let response: Result<_, Infallible> = app.oneshot(request).await;
    assert!(response.unwrap().status().is_success());
    assert_eq!(recorded(&disk, &writer), ["media_mount success alice"]);
}

#[actix_web::test]
async fn so_it_does_in_actix_web() {
    let (disk, writer) = log();
    let recorder = Arc::clone(&writer);
    let handler = move |request: actix_web::HttpRequest| {
        let recorder = Arc::clone(&recorder);
        async move {
            let context = request.extensions().get::<OwnedContext>().cloned().unwrap();
            let begun = update().within(&context).to(&*recorder).begin_async().await.unwrap();
            begun.finish_async(Outcome::Success).await.unwrap();
            actix_web::HttpResponse::Ok().finish()
        }
    };
    let app = actix_web::App::new()
        .wrap_fn(|request, service| {
            request.extensions_mut().insert(context());
            actix_web::dev::Service::call(service, request)
        })
        .route("/update", actix_web::web::post().to(handler));
    let app = pin!(actix_web::test::init_service(app)).await;
    let request = actix_web::test::TestRequest::post().uri("/update").to_request();
    assert!(actix_web::test::call_service(&app, request).await.status().is_success());
    let all = ["firmware_update begun unknown alice", "firmware_update ended success alice"];
    assert_eq!(recorded(&disk, &writer), all);
}
