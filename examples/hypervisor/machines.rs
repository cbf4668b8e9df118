//! Virtual machines: what the manager does to them, and how it says so.

use audit_core::Outcome;
use audit_core::vocab::{ObjectId, ObjectName};
use audit_events::hypervisor::{HypervisorError, Vm};

use crate::log::Failure;
use crate::manager::{Caller, Machine, Manager};

/// The hosts that there are.
const HOSTS: [&str; 2] = ["host-a", "host-b"];
/// And how many machines each has room for.
const MACHINES_MAX: usize = 2;

impl Manager {
    /// Creates a machine in a folder.
    #[expect(clippy::too_many_arguments, reason = "a machine has these parts")]
    pub fn create_machine(
        &mut self,
        caller: &Caller,
        id: &str,
        name: &str,
        folder: &str,
        answers: bool,
    ) -> Result<bool, Failure> {
        let host = HOSTS.into_iter().find(|host| self.is_room_on(host));
        let fault = match host {
            _ if self.machines.contains_key(id) => Some(HypervisorError::AlreadyExists),
            None => Some(HypervisorError::NoCapacity),
            Some(_) => None,
        };
        let outcome = self.judge(caller, "vm.create", folder, fault);
        let (id_, name_) = (ObjectId::new(id)?, ObjectName::new(name)?);
        Vm::Created { outcome, id: id_, name: name_ }.within(&caller.context()?).emit()?;
        if let (Outcome::Success, Some(host)) = (outcome, host) {
            let [name, folder, host] = [name, folder, host].map(str::to_owned);
            let machine = Machine { name, folder, host, is_running: false, answers };
            self.machines.insert(id.to_owned(), machine);
        }
        Ok(outcome == Outcome::Success)
    }

    pub fn start(&mut self, caller: &Caller, id: &str) -> Result<bool, Failure> {
        let Some(machine) = self.machines.get(id) else { return Ok(false) };
        let fault = machine.is_running.then_some(HypervisorError::WrongState);
        let outcome = self.judge(caller, "vm.power", &machine.folder, fault);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(&machine.name)?);
        Vm::Started { outcome, id: id_, name }.within(&caller.context()?).emit()?;
        Ok(self.done(id, outcome, |machine| machine.is_running = true))
    }

    pub fn stop(&mut self, caller: &Caller, id: &str) -> Result<bool, Failure> {
        let Some(machine) = self.machines.get(id) else { return Ok(false) };
        let fault = match (machine.is_running, machine.answers) {
            (false, _) => Some(HypervisorError::WrongState),
            (true, false) => Some(HypervisorError::GuestUnresponsive),
            (true, true) => None,
        };
        let outcome = self.judge(caller, "vm.power", &machine.folder, fault);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(&machine.name)?);
        Vm::Stopped { outcome, id: id_, name }.within(&caller.context()?).emit()?;
        Ok(self.done(id, outcome, |machine| machine.is_running = false))
    }

    /// Moves a machine to another host.
    pub fn migrate(&mut self, caller: &Caller, id: &str, to: &str) -> Result<bool, Failure> {
        let Some(machine) = self.machines.get(id) else { return Ok(false) };
        let fault = match HOSTS.contains(&to) {
            false => Some(HypervisorError::Unreachable),
            true if !self.is_room_on(to) => Some(HypervisorError::NoCapacity),
            true => None,
        };
        let outcome = self.judge(caller, "vm.migrate", &machine.folder, fault);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(&machine.name)?);
        let (from, to_) = (ObjectName::new(&machine.host)?, ObjectName::new(to)?);
        Vm::Migrated { outcome, id: id_, name, from, to: to_ }.within(&caller.context()?).emit()?;
        Ok(self.done(id, outcome, |machine| machine.host = to.to_owned()))
    }

    pub fn delete(&mut self, caller: &Caller, id: &str) -> Result<bool, Failure> {
        let Some(machine) = self.machines.get(id) else { return Ok(false) };
        let fault = machine.is_running.then_some(HypervisorError::WrongState);
        let outcome = self.judge(caller, "vm.delete", &machine.folder, fault);
        let (id_, name) = (ObjectId::new(id)?, ObjectName::new(&machine.name)?);
        let event = Vm::Deleted { outcome, id: id_, name };
        // It is on the disk before the machine is gone.
        event.within(&caller.context()?).emit_durable()?;
        if outcome == Outcome::Success {
            self.machines.remove(id);
        }
        Ok(outcome == Outcome::Success)
    }

    fn is_room_on(&self, host: &str) -> bool {
        self.machines.values().filter(|machine| machine.host == host).count() < MACHINES_MAX
    }

    /// Does something to a machine if it was to be done.
    fn done(
        &mut self,
        id: &str,
        outcome: Outcome<HypervisorError>,
        does: impl FnOnce(&mut Machine),
    ) -> bool {
        match (outcome, self.machines.get_mut(id)) {
            (Outcome::Success, Some(machine)) => {
                does(machine);
                true
            }
            _ => false,
        }
    }
}
