//! Numbers of every width, and addresses.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::Duration;

use audit_core::AuditEvent;
use audit_core::vocab::{ByteSize, Count, Elapsed, ErrorCode, HttpStatus};
use proptest::prelude::*;
use serde_json::json;

use super::{any_number, lean, written};

/// Numbers and addresses of all kinds.
#[must_use]
#[derive(AuditEvent)]
#[audit(action = "count", category = "test", outcome = "success")]
#[audit(actor(service = "a test"), none(object = "a test"))]
struct Counted {
    #[audit(source(address))]
    from: SocketAddr,
    #[audit(disclose = "a test")]
    u8: u8,
    #[audit(disclose = "a test")]
    u16: u16,
    #[audit(disclose = "a test")]
    u32: u32,
    #[audit(disclose = "a test")]
    u64: u64,
    #[audit(disclose = "a test")]
    i8: i8,
    #[audit(disclose = "a test")]
    i16: i16,
    #[audit(disclose = "a test")]
    i32: i32,
    #[audit(disclose = "a test")]
    i64: i64,
    #[audit(disclose = "a test")]
    maybe: Option<i64>,
    count: Count,
    bytes: ByteSize,
    elapsed: Elapsed,
    status: HttpStatus,
    code: ErrorCode,
    flag: bool,
    v4: Ipv4Addr,
    v6: Ipv6Addr,
    ip: Option<IpAddr>,
    socket_v4: SocketAddrV4,
    socket_v6: SocketAddrV6,
}

fn any_v6() -> impl Strategy<Value = Ipv6Addr> {
    let mapped = any::<u32>().prop_map(|bits| Ipv4Addr::from_bits(bits).to_ipv6_mapped());
    prop_oneof![mapped, any::<u128>().prop_map(Ipv6Addr::from_bits)]
}

/// An address as it must be shown: what is an IPv4 address in IPv6's clothes, without them.
fn shown_v6(ip: Ipv6Addr) -> String {
    ip.to_ipv4_mapped().map_or(ip.to_string(), |v4| v4.to_string())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn numbers_and_addresses_come_back(
        number in any_number(), other in any_number(), v6 in any_v6(), flag in any::<bool>(),
        status in 100_u16..600, maybe in prop::option::of(any_number()),
    ) {
        let (v4, port) = (Ipv4Addr::from_bits(other as u32), number as u16);
        let written = written(Counted::SCHEMAS[0], 1, |writer, _| {
            Counted {
                from: SocketAddr::new(v6.into(), port),
                u8: number as u8,
                u16: number as u16,
                u32: number as u32,
                u64: number,
                i8: other as i8,
                i16: other as i16,
                i32: other as i32,
                i64: other as i64,
                maybe: maybe.map(|it| it as i64),
                count: Count::new(other),
                bytes: ByteSize::new(!number),
                elapsed: Duration::from_millis(number).into(),
                status: HttpStatus::new(status).unwrap(),
                code: ErrorCode::new(number as i32),
                flag,
                v4,
                v6,
                ip: flag.then_some(v6.into()),
                socket_v4: SocketAddrV4::new(v4, port),
                socket_v6: SocketAddrV6::new(v6, port, 7, 9),
            }
            .to(writer).emit()
        });
        let with_port = |ip: String| json!({ "ip": ip, "port": port });
        let exact = |measure: u64| measure.min((1 << 53) - 1);
        prop_assert_eq!(&written[0].body, &lean(json!({
            "event": "counted", "level": "info", "action": "count",
            "outcome": "success", "actor": { "service": "a test" },
            "source": with_port(shown_v6(v6)), "object_none": "a test",
            "data": {
                "u8": number % (1 << 8), "u16": number % (1 << 16), "u32": number % (1 << 32),
                "u64": number.to_string(), "i8": other as i8, "i16": other as i16,
                "i32": other as i32, "i64": (other as i64).to_string(),
                "maybe": maybe.map(|it| (it as i64).to_string()), "count": exact(other),
                "bytes": exact(!number), "elapsed": exact(number), "status": status,
                "code": number as i32, "flag": flag, "v4": v4.to_string(), "v6": shown_v6(v6),
                "ip": flag.then_some(shown_v6(v6)), "socket_v4": with_port(v4.to_string()),
                "socket_v6": with_port(shown_v6(v6)),
            },
        })));
    }
}
