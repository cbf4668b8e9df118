#![forbid(unsafe_code)]

use audit_core::AuditValue;
use audit_core::vocab::ObjectName;

macro_rules! value {
    ($name:ident) => {
        #[derive(AuditValue)]
        struct $name<'a>(ObjectName<'a>);
    };
}

value!(Name);

fn main() {}
