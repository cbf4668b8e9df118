//! The program in Go, built from `tests/go`.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// Where Debian puts the sources of Go's libraries.
const GOPATH: &str = "/usr/share/gocode";
const NEEDED: &str = "src/golang.org/x/mod/sumdb/tlog";

/// The program.
pub(crate) struct Go {
    home: TempDir,
}

impl Go {
    /// Builds it, without a network.
    ///
    /// # Errors
    ///
    /// What it takes is not on this machine.
    ///
    /// # Panics
    ///
    /// It does not compile.
    pub(crate) fn build() -> Result<Go, String> {
        if Command::new("go").arg("version").output().is_err() {
            return Err("`go` is not here".to_owned());
        }
        if !Path::new(GOPATH).join(NEEDED).is_dir() {
            return Err(format!("golang-golang-x-mod-dev is not here, in {GOPATH}"));
        }
        let go = Go { home: tempfile::tempdir().unwrap() };
        let built = Command::new("go")
            .args(["build", "-o"])
            .arg(go.program())
            .arg(".")
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("go"))
            .env("GO111MODULE", "off")
            .env("GOPATH", GOPATH)
            .env("GOCACHE", go.home.path().join("cache"))
            .env("GOFLAGS", "")
            .output()
            .unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        Ok(go)
    }

    fn program(&self) -> PathBuf {
        self.home.path().join("check")
    }

    /// What it says of a directory.
    ///
    /// # Errors
    ///
    /// What it says where something does not hold.
    pub(crate) fn check(&self, dir: &Path) -> Result<String, String> {
        let ran = Command::new(self.program()).arg(dir).output().unwrap();
        let said = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
        match ran.status.code() {
            Some(0) => Ok(said(ran.stdout)),
            Some(1) => Err(said(ran.stderr)),
            other => panic!("{other:?}: {}", said(ran.stderr)),
        }
    }
}
