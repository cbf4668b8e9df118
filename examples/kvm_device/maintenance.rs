//! What administrators do: settings, users, scripts, power, firmware.

use audit_core::vocab::{ByteSize, Digest, ErrorCode, ObjectName, SettingName, UserName, Version};
use audit_core::{Awaited, Context, Outcome, Withheld};
use audit_events::kvm::{
    BaudRate, DebugLogExported, DevicePower, Fault, FirmwareFault, FirmwareUpdated, MachinePower,
    PasswordChanged, PowerSwitch, RoleChanged, ScriptRun, SerialConsole, SettingChanged,
    SettingClass, UserCreated,
};
use serde::Deserialize;

use crate::device::{Device, Failure, OK, Reply, Request, status};

impl Device {
    pub fn set(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Setting {
            name: String,
            value: String,
        }
        let Setting { name, value } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let old = match state.settings.contains_key(&name) {
            true => SettingClass::Custom,
            false => SettingClass::Factory,
        };
        let (outcome, setting) = (Outcome::Success, SettingName::new(&name)?);
        SettingChanged { outcome, setting, old, new: SettingClass::Custom }
            .within(context)
            .emit()?;
        state.settings.insert(name, value);
        Ok(OK)
    }

    pub fn set_serial(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
    ) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Serial {
            baud_rate: u32,
        }
        let Serial { baud_rate } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let (old, new) = (speed(state.baud_rate), speed(baud_rate));
        SerialConsole::BaudRateChanged { old, new }.within(context).emit()?;
        state.baud_rate = baud_rate;
        Ok(OK)
    }

    pub fn create_user(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        role_of_actor: &str,
    ) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct User {
            user: String,
            password: String,
            role: String,
        }
        let User { user: name, password, role } = serde_json::from_str(request.body)?;
        let outcome = administrators_may(role_of_actor);
        let (user, new) = (UserName::new(&name)?, ObjectName::new(&role)?);
        UserCreated { outcome, user, id: None, role: Some(new) }.within(context).emit()?;
        if let Outcome::Denied(_) = outcome {
            return Ok(status(403));
        }
        self.put_account(&name, password, role);
        Ok(status(201))
    }

    pub fn change_user(
        &self,
        request: &Request<'_>,
        context: &Context<'_>,
        role_of_actor: &str,
    ) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Change {
            user: String,
            role: String,
            password: String,
        }
        let Change { user: name, role, password } = serde_json::from_str(request.body)?;
        let Some(was) = self.role_of(&name) else { return Ok(status(404)) };
        let (outcome, user) = (administrators_may(role_of_actor), UserName::new(&name)?);
        let (old, new) = (Some(ObjectName::new(&was)?), ObjectName::new(&role)?);
        RoleChanged { outcome, user, id: None, old, new }.within(context).emit()?;
        let kept = Withheld::new(password.as_str());
        PasswordChanged { outcome, user, id: None, password: kept }.within(context).emit()?;
        if let Outcome::Denied(_) = outcome {
            return Ok(status(403));
        }
        self.put_account(&name, password, role);
        Ok(OK)
    }

    pub fn update(&self, request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
        #[derive(Deserialize)]
        struct Update {
            version: String,
        }
        let Update { version } = serde_json::from_str(request.body)?;
        let mut state = self.state();
        let old = state.version.clone();
        let (from, to) = (Version::new(&old)?, Version::new(&version)?);
        // No record, no action: that it begins is on the disk before the firmware changes. If the
        // power goes now, the next run of the log says that nobody knows how it ended.
        let begun =
            FirmwareUpdated { outcome: Awaited::new(), from, to }.within(context).begin()?;
        if version <= old {
            begun.finish(Outcome::Denied(FirmwareFault::Downgrade))?;
            return Ok(status(409));
        }
        state.version.clone_from(&version);
        begun.finish(Outcome::Success)?;
        Ok(OK)
    }
}

fn administrators_may(role: &str) -> Outcome<Fault> {
    match role {
        "admin" => Outcome::Success,
        _ => Outcome::Denied(Fault::NotPermitted),
    }
}

fn speed(baud_rate: u32) -> BaudRate {
    match baud_rate {
        9600 => BaudRate::Bps9600,
        115_200 => BaudRate::Bps115200,
        _ => BaudRate::Other,
    }
}

pub fn run_script(request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
    #[derive(Deserialize)]
    struct Script {
        name: String,
        script: String,
        arguments: String,
    }
    let Script { name, script, arguments } = serde_json::from_str(request.body)?;
    // Here it would be run.
    ScriptRun {
        outcome: Outcome::Success,
        script: ObjectName::new(&name)?,
        digest: Digest::of(script.as_bytes()),
        exit_status: Some(ErrorCode::new(0)),
        duration: std::time::Duration::ZERO.into(),
        arguments: Withheld::new(&arguments),
    }
    .within(context)
    .emit()?;
    Ok(OK)
}

pub fn switch_power(request: &Request<'_>, context: &Context<'_>) -> Result<Reply, Failure> {
    #[derive(Deserialize)]
    struct Power {
        of: String,
        switch: String,
    }
    let Power { of, switch } = serde_json::from_str(request.body)?;
    let switch = match switch.as_str() {
        "on" => PowerSwitch::On,
        "shutdown" => PowerSwitch::Shutdown,
        "restart" => PowerSwitch::Restart,
        _ => return Ok(status(400)),
    };
    let outcome = Outcome::Success;
    // It is on the disk before the power goes.
    match of.as_str() {
        "device" => DevicePower { outcome, switch }.within(context).emit_durable()?,
        _ => MachinePower { outcome, switch }.within(context).emit_durable()?,
    };
    Ok(OK)
}

pub fn export_debug_logs(context: &Context<'_>) -> Result<Reply, Failure> {
    let size = ByteSize::new(70_142);
    DebugLogExported { outcome: Outcome::Success, size }.within(context).emit()?;
    Ok(OK)
}
