//! The logs of the examples.

use std::path::Path;

use crate::Log;
use crate::tools::cargo;

/// Runs each example as the build does, into a folder below `home`.
pub(crate) fn logs(home: &Path) -> impl Iterator<Item = Log> {
    let log = move |name: &str| {
        let dir = home.join(name);
        let told = cargo(&["run", "--quiet", "--package", "audit-examples", "--example", name])
            .args(["--", "--dir"])
            .arg(&dir)
            .output()
            .unwrap();
        assert!(told.status.success(), "{name}: {}", String::from_utf8_lossy(&told.stderr));
        Log::of(name, &dir)
    };
    ["kvm_device", "hypervisor", "api_runner", "vault_server"].into_iter().map(log)
}
