//! The tools, and where they are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::page::Recipe;

/// Where the tools are.
pub(crate) struct Tools {
    /// What `install.sh` made.
    folder: PathBuf,
    /// Where cargo puts `auditlog`.
    binaries: PathBuf,
}

/// The folder that cargo builds into.
pub(crate) fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap()
}

/// A run of cargo for the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap());
    command.args(arguments).arg("--target-dir").arg(target());
    command
}

impl Tools {
    /// Finds the tools, and installs them where they must be there.
    ///
    /// # Errors
    ///
    /// Says what is missing, and what installs it.
    pub(crate) fn find(must_run: bool) -> Result<Tools, String> {
        let folder = target().join("analysts");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("analysts/install.sh");
        if must_run {
            let installed = Command::new(&script).arg(&folder).status();
            if !installed.is_ok_and(|status| status.success()) {
                return Err(format!("{} failed", script.display()));
            }
        }
        if !folder.join("installed").is_file() {
            return Err(format!("`{} {}` installs the tools", script.display(), folder.display()));
        }
        let arguments = ["build", "--quiet", "--package", "audit-cli", "--bin", "auditlog"];
        if !cargo(&arguments).status().is_ok_and(|status| status.success()) {
            return Err("auditlog does not build".to_owned());
        }
        let tools = Tools { folder, binaries: target().join("debug") };
        match tools.not_there(&["jq", "mlr", "sqlite3", "lnav"]) {
            Some(tool) if must_run => Err(format!("{tool} is not there")),
            _ => Ok(tools),
        }
    }

    pub(crate) fn auditlog(&self) -> PathBuf {
        self.binaries.join("auditlog")
    }

    pub(crate) fn python(&self) -> PathBuf {
        self.folder.join("venv/bin/python")
    }

    /// Where programs are looked for.
    pub(crate) fn path(&self) -> OsString {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let others = std::env::split_paths(&others).collect::<Vec<_>>();
        std::env::join_paths([self.binaries.clone()].into_iter().chain(others)).unwrap()
    }

    /// The versions of a recipe's tool beside its name, each with where Python finds it first.
    pub(crate) fn versions(&self, recipe: &Recipe) -> Vec<(&'static str, Option<PathBuf>)> {
        match recipe.name.starts_with("DuckDB") {
            true => {
                let older = self.folder.join("duckdb-1.4.5");
                vec![(" (1.4.5)", Some(older)), (" (2.0.1)", None)]
            }
            false => vec![("", None)],
        }
    }

    /// Which tool of a recipe is not there.
    pub(crate) fn missing(&self, recipe: &Recipe) -> Option<String> {
        let program = match recipe.name.split_whitespace().next()? {
            "jq" => "jq",
            "Miller" => "mlr",
            "SQLite" => "sqlite3",
            "lnav" => "lnav",
            _ => return None,
        };
        self.not_there(&[program]).map(|tool| format!("{tool} is not there"))
    }

    fn not_there(&self, programs: &[&'static str]) -> Option<&'static str> {
        let path = self.path();
        let is_there =
            |program: &&str| std::env::split_paths(&path).any(|it| it.join(program).is_file());
        programs.iter().find(|program| !is_there(program)).copied()
    }
}
