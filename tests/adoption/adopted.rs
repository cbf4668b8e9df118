//! The servers at work: each handler is called, what it records is looked at, and how many lines it
//! takes is counted.

use std::collections::BTreeMap;

use actix_web::HttpMessage;
use audit_log::Log;
use audit_log::reader::Json;
use audit_writer::Writer;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use syn::spanned::Spanned;
use syn::visit::Visit;
use tower::ServiceExt;

use crate::kit::LONG;
use crate::{lldap, nano_kvm, one_kvm};

const COOKIE: &str = "session-of-alice";

async fn ask(app: &Router, method: &str, path: &str, body: &str) -> u16 {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("cookie", COOKIE)
        .header("content-type", "application/json")
        .header("x-forwarded-for", "203.0.113.9, 198.51.100.7")
        .body(Body::from(body.to_owned()))
        .unwrap();
    app.clone().oneshot(request).await.unwrap().status().as_u16()
}

async fn of_one_kvm() {
    let app = one_kvm::app();
    let wrong = r#"{"user":"alice","password":"hunter2"}"#;
    let right = r#"{"user":"alice","password":"right"}"#;
    for (method, path, body, status) in [
        ("POST", "/auth/login", wrong, 403),
        ("POST", "/auth/login", right, 200),
        ("POST", "/atx/power", "", 200),
        ("POST", "/atx/wol/02:00:5e:00:53:01", "", 200),
        ("PUT", "/msd/images/debian.iso", "an image", 200),
        ("POST", "/msd/connect/debian.iso", "", 200),
        ("DELETE", "/msd/images/missing", "", 400),
        ("POST", "/msd/wipe", "", 200),
        ("POST", "/hid/mode/ps2", "", 200),
        ("POST", "/hid/paste", "hunter2", 200),
        ("POST", "/video/edid/1080p60", "", 200),
        ("POST", "/network/tailscale", "", 200),
        ("POST", "/config/export", "", 200),
        ("POST", "/users/bob", "", 200),
        ("DELETE", "/users/bob", "", 200),
        ("POST", "/auth/logout", "", 200),
    ] {
        assert_eq!(ask(&app, method, path, body).await, status, "{method} {path}");
    }
}

async fn of_nano_kvm() {
    let app = nano_kvm::app();
    for (path, status) in [
        ("/firmware/2.7.0", 200),
        ("/firmware/missing", 400),
        ("/gpio/3", 200),
        ("/ssh/true", 200),
        ("/terminal", 200),
        ("/jiggler", 200),
        ("/reboot", 200),
    ] {
        assert_eq!(ask(&app, "POST", path, "").await, status, "{path}");
    }
}

async fn of_lldap() {
    let app = actix_web::App::new().configure(lldap::routes);
    let app = actix_web::test::init_service(app).await;
    for (method, path) in [
        ("POST", "/reset/hunter2"),
        ("POST", "/users/bob"),
        ("POST", "/users/bob/name/robert"),
        ("POST", "/users/robert/password"),
        ("POST", "/groups/admins/robert"),
        ("DELETE", "/groups/admins/robert"),
        ("DELETE", "/sessions/robert"),
        ("DELETE", "/users/robert"),
    ] {
        let request = actix_web::test::TestRequest::with_uri(path)
            .method(method.parse().unwrap())
            .set_payload("hunter2")
            .to_request();
        request.extensions_mut().insert(COOKIE.to_owned());
        let status = actix_web::test::call_service(&app, request).await.status();
        assert!(status.is_success(), "{method} {path}: {status}");
    }
}

#[actix_web::test]
async fn what_three_servers_do_is_recorded() {
    let dir = std::env::temp_dir().join(format!("audit-adoption-{}", std::process::id()));
    let writer = Writer::builder(&dir)
        .catalog(audit_events::kvm::EVENTS)
        .catalog(audit_events::common::EVENTS)
        .install()
        .unwrap();
    of_one_kvm().await;
    of_nano_kvm().await;
    of_lldap().await;
    assert!(writer.shutdown_within(LONG).is_complete());
    let lines: Vec<_> =
        Log::open(&dir).unwrap().lines().unwrap().map(|(_, line)| line.unwrap()).collect();
    std::fs::remove_dir_all(&dir).unwrap();
    let mut counts = BTreeMap::new();
    for line in lines.iter().filter(|line| line.kind == "event") {
        let action = line.get("action").and_then(Json::as_str).unwrap();
        let outcome = line.get("outcome").and_then(Json::as_str).unwrap();
        *counts.entry(format!("{action} {outcome}")).or_insert(0) += 1;
        let ip = line.get("source").and_then(|it| it.get("ip")).and_then(Json::as_str);
        let by = line.get("actor").and_then(|it| it.get("user")).and_then(Json::as_str);
        assert!(ip.is_none_or(|it| it == "198.51.100.7"), "{line:?}");
        assert!(by.is_none_or(|it| it == "alice"), "{line:?}");
        assert!(!format!("{line:?}").contains("hunter2"), "{line:?}");
    }
    let wanted = "atx_press success,configuration_export success,device_power success,\
        drive_wipe success,edid_change success,firmware_update failure,firmware_update success,\
        firmware_update unknown,gpio_set success,group_member_add success,\
        group_member_remove success,hid_mode_change success,jiggler_switch success,login denied,\
        login success,logout success,media_delete failure,media_mount success,\
        media_upload success,overlay_join success,password_change success,\
        password_reset_request success,paste success,service_switch success,\
        session_revoke success,terminal_open success,user_create success,user_delete success,\
        user_rename success,wake_on_lan success";
    let found: Vec<&str> = counts.keys().map(String::as_str).collect();
    assert_eq!(found.join(","), wanted);
    assert_eq!(counts.values().sum::<i32>(), 33);
}

/// Counts the lines of those statements of a handler that are there for the log.
#[derive(Default)]
struct Counted {
    handlers: Vec<(String, usize)>,
    lines: usize,
}

/// Whatever has one of these is there for the log.
const MARKS: [&str; 17] = [
    "within",
    "submit_durable",
    "finish_async",
    "Outcome",
    "Awaited",
    "Withheld",
    "OwnedContext",
    "Source",
    "SessionRef",
    "UserName",
    "ClaimedName",
    "ObjectName",
    "ObjectId",
    "HardwareIndex",
    "Version",
    "PasteSize",
    "ByteSize",
];

impl<'ast> Visit<'ast> for Counted {
    fn visit_item_fn(&mut self, handler: &'ast syn::ItemFn) {
        self.lines = 0;
        for statement in &handler.block.stmts {
            self.count(statement);
        }
        if self.lines > 0 {
            self.handlers.push((handler.sig.ident.to_string(), self.lines));
        }
    }
}

impl Counted {
    fn count(&mut self, statement: &syn::Stmt) {
        // What is inside of another statement's block is counted there.
        if let syn::Stmt::Local(syn::Local { init: Some(init), .. }) = statement
            && let Some((_, otherwise)) = &init.diverge
            && let syn::Expr::Block(block) = &**otherwise
        {
            return block.block.stmts.iter().for_each(|it| self.count(it));
        }
        let text = quote::quote!(#statement).to_string();
        if MARKS.iter().any(|mark| text.contains(mark)) {
            let span = statement.span();
            self.lines += span.end().line - span.start().line + 1;
        }
    }
}

#[test]
fn a_handler_takes_two_and_a_half_lines_for_the_log() {
    let mut counted = Counted::default();
    for text in [include_str!("one_kvm.rs"), include_str!("nano_kvm.rs"), include_str!("lldap.rs")]
    {
        counted.visit_file(&syn::parse_file(text).unwrap());
    }
    let is_set_up = |(name, _): &(String, usize)| name == "who" || name == "source";
    let (set_up, handlers): (Vec<_>, Vec<_>) = counted.handlers.into_iter().partition(is_set_up);
    // Beside these: the writer installed, the context put into the request, the writer shut down.
    assert!(set_up.iter().map(|(_, lines)| lines).sum::<usize>() + 3 <= 6, "{set_up:?}");
    let lines: usize = handlers.iter().map(|(_, lines)| lines).sum();
    println!("{} handlers, {lines} lines: {handlers:?}", handlers.len());
    assert_eq!(handlers.len(), 29);
    assert!(lines * 2 <= handlers.len() * 5, "{lines} lines in {} handlers", handlers.len());
}
