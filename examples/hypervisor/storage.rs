//! Networks and storage: what the manager does, and how it says so.

use audit_core::vocab::{ObjectId, ObjectName};
use audit_core::{Outcome, Withheld};
use audit_events::hypervisor::{
    BridgeCreated, HypervisorError, StorageConnectionRegistered, StoragePoolFormatted,
    StorageProtocol,
};

use crate::log::Failure;
use crate::manager::{Caller, Manager};

impl Manager {
    pub fn create_bridge(
        &mut self,
        caller: &Caller,
        id: &str,
        name: &str,
    ) -> Result<bool, Failure> {
        let outcome = self.judge_new(caller, "network", id);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(name)?);
        BridgeCreated { outcome, id: id_, name }.within(&caller.context()?).emit()?;
        Ok(self.keep(id, outcome))
    }

    /// Formats a pool: what was on it is gone.
    pub fn format_pool(&mut self, caller: &Caller, id: &str, name: &str) -> Result<bool, Failure> {
        let outcome = self.judge(caller, "storage", "/", None);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(name)?);
        // It is on the disk before anything is gone.
        let event = StoragePoolFormatted { outcome, id: id_, name };
        event.within(&caller.context()?).emit_durable()?;
        Ok(self.keep(id, outcome))
    }

    /// Registers where storage is to be found. The URL may hold a name and a password.
    pub fn register_connection(
        &mut self,
        caller: &Caller,
        id: &str,
        name: &str,
        url: &str,
    ) -> Result<bool, Failure> {
        let outcome = self.judge_new(caller, "storage", id);
        let protocol = match url.split(':').next() {
            Some("nfs") => StorageProtocol::Nfs,
            Some("smb") => StorageProtocol::Smb,
            Some("iscsi") => StorageProtocol::Iscsi,
            _ => StorageProtocol::Other,
        };
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(name)?);
        let url = Withheld::new(url);
        StorageConnectionRegistered { outcome, id: id_, name, protocol, url }
            .within(&caller.context()?)
            .emit()?;
        Ok(self.keep(id, outcome))
    }

    fn judge_new(&self, caller: &Caller, permission: &str, id: &str) -> Outcome<HypervisorError> {
        let fault = self.resources.contains(id).then_some(HypervisorError::AlreadyExists);
        self.judge(caller, permission, "/", fault)
    }

    fn keep(&mut self, id: &str, outcome: Outcome<HypervisorError>) -> bool {
        if outcome == Outcome::Success {
            self.resources.insert(id.to_owned());
        }
        outcome == Outcome::Success
    }
}
