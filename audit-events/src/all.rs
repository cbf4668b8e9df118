//! Everything, each once.

use audit_core::Catalog;
use audit_core::policy::NO_CONTENT;

use crate::common::{
    AccountLocked, CertificateReplaced, ConfigurationExported, ConfigurationImported, FactoryReset,
    FirstSetupDone, GroupMemberAdded, GroupMemberRemoved, LoggedInBy, LoggedOut, LoginFailed,
    LoginSucceeded, OperatorStarted, OperatorStopped, OverlayJoined, OverlayLeft, PasswordChanged,
    PasswordReset, PasswordResetRequested, PermissionGranted, PermissionRevoked, ProgramRestarted,
    RoleChanged, SecondFactorDisabled, SecondFactorEnrolled, ServiceSwitched, SessionExpired,
    SessionRevoked, TerminalClosed, TerminalOpened, TokenCreated, TokenRefused, TokenRevoked,
    TokenUsed, UserCreated, UserDeleted, UserDisabled, UserReactivated, UserRenamed, UserUnlocked,
};
use crate::hypervisor::{BridgeCreated, StorageConnectionRegistered, StoragePoolFormatted, Vm};
use crate::kvm::imported::{
    ImportedDebugLogExport, ImportedFirmwareUpdate, ImportedKeysSend, ImportedLogin,
    ImportedLogout, ImportedMachinePower, ImportedMachineRestart, ImportedMachineStart,
    ImportedMachineStop, ImportedMediaDelete, ImportedMediaDownload, ImportedMediaFetch,
    ImportedMediaMount, ImportedMediaUnmount, ImportedMediaUpload, ImportedPasswordChange,
    ImportedPaste, ImportedPowerRestart, ImportedPowerShutdown, ImportedRoleChange,
    ImportedScriptRun, ImportedSerialConfig, ImportedSessionEnd, ImportedSessionStart,
    ImportedSettingChange, ImportedUserCreate, ImportedUserDelete, LinesMissing,
};
use crate::kvm::{
    AtxPressed, DebugLogExported, DevicePower, DriveFilePut, DriveFileTaken, DriveModeChanged,
    DriveWiped, EdidChanged, FirmwareUpdated, GpioSet, HidModeChanged, HidReset, JigglerSwitched,
    MachinePower, MediaDeleted, MediaFetched, MediaMounted, MediaUnmounted, MediaUploaded,
    PasteUsed, ScriptRun, SerialConsole, SessionEnded, SessionStarted, SettingChanged,
    UsbNetworkSwitched, WakeOnLan,
};
use crate::runner::{
    AccessApiKeyGenerated, AccessLogin, AccessLogout, AccessSessionExpired, ConnectorStarted,
    ConnectorStopped, HealthCheckTriggered, RequestExecutionEnded, RequestExecutionStarted,
    RequestRetried, SecretVariableUsed,
};
use crate::vault::{ClientConnected, CommandRun, Registered, Vault};

/// All events of this crate.
pub const EVENTS: Catalog = audit_core::catalog![
    LoginSucceeded,
    LoginFailed<'_>,
    AccountLocked<'_>,
    LoggedOut,
    PasswordChanged<'_>,
    PasswordReset<'_>,
    UserCreated<'_>,
    UserDeleted<'_>,
    UserDisabled<'_>,
    UserReactivated<'_>,
    UserUnlocked<'_>,
    RoleChanged<'_>,
    PermissionGranted<'_>,
    PermissionRevoked<'_>,
    GroupMemberAdded<'_>,
    GroupMemberRemoved<'_>,
    LoggedInBy,
    SecondFactorEnrolled<'_>,
    SecondFactorDisabled<'_>,
    TokenRefused<'_>,
    TokenCreated<'_>,
    TokenUsed<'_>,
    TokenRevoked<'_>,
    SessionRevoked<'_>,
    SessionExpired,
    FirstSetupDone<'_>,
    UserRenamed<'_>,
    PasswordResetRequested<'_>,
    ServiceSwitched,
    OverlayJoined<'_>,
    OverlayLeft<'_>,
    TerminalOpened<'_>,
    TerminalClosed<'_>,
    OperatorStarted<'_>,
    OperatorStopped<'_>,
    CertificateReplaced,
    ConfigurationExported,
    ConfigurationImported,
    FactoryReset,
    ProgramRestarted,
    SessionStarted<'_>,
    SessionEnded<'_>,
    PasteUsed<'_>,
    MediaMounted<'_>,
    MediaUnmounted<'_>,
    MediaUploaded<'_>,
    MediaFetched<'_>,
    SerialConsole,
    AtxPressed,
    WakeOnLan<'_>,
    GpioSet,
    EdidChanged<'_>,
    HidModeChanged,
    HidReset,
    JigglerSwitched,
    UsbNetworkSwitched,
    MediaDeleted<'_>,
    DriveWiped,
    DriveFilePut<'_>,
    DriveFileTaken<'_>,
    DriveModeChanged,
    FirmwareUpdated<'_>,
    SettingChanged<'_>,
    ScriptRun<'_>,
    DevicePower,
    MachinePower,
    DebugLogExported,
    Vm<'_>,
    BridgeCreated<'_>,
    StoragePoolFormatted<'_>,
    StorageConnectionRegistered<'_>,
    ConnectorStarted<'_>,
    ConnectorStopped<'_>,
    RequestExecutionStarted<'_>,
    RequestExecutionEnded<'_>,
    RequestRetried<'_>,
    HealthCheckTriggered<'_>,
    SecretVariableUsed<'_>,
    AccessLogin<'_>,
    AccessLogout<'_>,
    AccessSessionExpired<'_>,
    AccessApiKeyGenerated<'_>,
    ClientConnected<'_>,
    CommandRun<'_>,
    Registered<'_>,
    Vault<'_>,
    ImportedLogin<'_>,
    ImportedLogout<'_>,
    ImportedSessionStart<'_>,
    ImportedSessionEnd<'_>,
    ImportedPaste<'_>,
    ImportedMediaMount<'_>,
    ImportedMediaUnmount<'_>,
    ImportedMediaUpload<'_>,
    ImportedMediaFetch<'_>,
    ImportedPowerShutdown<'_>,
    ImportedPowerRestart<'_>,
    ImportedFirmwareUpdate<'_>,
    ImportedUserCreate<'_>,
    ImportedUserDelete<'_>,
    ImportedPasswordChange<'_>,
    ImportedRoleChange<'_>,
    ImportedSettingChange<'_>,
    ImportedSerialConfig<'_>,
    ImportedDebugLogExport<'_>,
    ImportedScriptRun<'_>,
    ImportedMachineStart<'_>,
    ImportedMachineStop<'_>,
    ImportedMachineRestart<'_>,
    ImportedMachinePower<'_>,
    ImportedMediaDelete<'_>,
    ImportedMediaDownload<'_>,
    ImportedKeysSend<'_>,
    LinesMissing,
];

// None of these programs may record content, not even by word.
audit_core::policy!(NO_CONTENT: in EVENTS);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use audit_core::testing::assert_locked;
    use audit_core::vocab::SizeBucket;
    use audit_core::{
        AuditValue, Catalog, Class, Level, Stream,
        schema::{Field, OutcomeKind, OutcomeRule, Place, Schema, Shape, Type},
    };

    use super::EVENTS;
    use crate::kvm::imported;
    use crate::{common, hypervisor, kvm, runner, vault};

    fn names(catalog: &Catalog) -> BTreeSet<&'static str> {
        catalog.schemas().map(|schema| schema.event).collect()
    }

    #[test]
    fn what_is_recorded_is_as_committed() {
        assert_locked(&EVENTS, concat!(env!("CARGO_MANIFEST_DIR"), "/events.lock"));
    }

    #[test]
    fn every_event_is_in_the_lists() {
        let declared = [
            include_str!("common/access.rs"),
            include_str!("common/login.rs"),
            include_str!("common/system.rs"),
            include_str!("common/user.rs"),
            include_str!("hypervisor.rs"),
            include_str!("kvm.rs"),
            include_str!("kvm/drive.rs"),
            include_str!("kvm/hardware.rs"),
            include_str!("kvm/media.rs"),
            include_str!("kvm/serial.rs"),
            include_str!("runner.rs"),
            include_str!("runner/access.rs"),
            include_str!("vault.rs"),
        ];
        let declared: usize =
            declared.iter().map(|file| file.matches("#[derive(AuditEvent)]").count()).sum();
        let listed = include_str!("all.rs").split("catalog![").nth(1).unwrap();
        let listed = listed.split("];").next().unwrap().matches(',').count();
        // One macro declares and lists those of other logs.
        assert_eq!(listed, declared + imported::EVENTS.schemas().count());
        let kvm = [kvm::EVENTS, imported::EVENTS];
        let others = [common::EVENTS, hypervisor::EVENTS, runner::EVENTS, vault::EVENTS];
        let modules = [&kvm[..], &others].concat();
        assert!(modules.iter().all(|module| module.duplicates().count() == 0));
        assert_eq!(modules.iter().flat_map(names).collect::<BTreeSet<_>>(), names(&EVENTS));
    }

    #[test]
    fn every_event_says_what_it_is_and_nothing_is_disclosed() {
        for schema in EVENTS.schemas() {
            assert!(schema.about.ends_with('.'), "{}", schema.event);
            let by_type = |field: &Field| field.treatment == audit_core::schema::Treatment::ByType;
            assert!(schema.fields.iter().all(by_type), "{}", schema.event);
        }
    }

    #[test]
    fn names_of_fields_say_what_they_are() {
        let data = |schema: &'static Schema| {
            let fields = schema.fields.iter().filter(|field| field.place == Place::Data);
            fields.map(|field| (schema.event, field.name, innermost(&field.ty)))
        };
        for (event, name, ty) in EVENTS.schemas().flat_map(data) {
            let says = format!("{event}.{name}: {ty:?}");
            assert_eq!(name.ends_with("_bucket"), *ty == SizeBucket::TYPE, "{says}");
            assert_eq!(name == "enabled", *ty == Type::Bool, "{says}");
            let is_change = ["old", "new"].contains(&name);
            assert!(!is_change || ty.shape() == Some(Shape::Text), "{says}");
        }
    }

    fn innermost(ty: &'static Type) -> &'static Type {
        match ty {
            Type::Optional(inner) => innermost(inner),
            other => other,
        }
    }

    /// What can be denied has the level that its outcome has.
    #[test]
    fn a_denial_warns_and_a_failure_is_an_error() {
        for schema in EVENTS.schemas().filter(|schema| schema.outcome == OutcomeRule::Field) {
            let level = |outcome| schema.level_of(outcome, None);
            assert_eq!(level(OutcomeKind::Success), Level::Info, "{}", schema.event);
            assert_eq!(level(OutcomeKind::Denied), Level::Warn, "{}", schema.event);
            assert_eq!(level(OutcomeKind::Failure), Level::Error, "{}", schema.event);
        }
    }

    #[test]
    fn events_go_into_the_streams_that_they_should() {
        for schema in EVENTS.schemas() {
            let stream = match schema.category {
                "access" => Stream::Access,
                "connector" | "execution" => Stream::Application,
                _ => Stream::Audit,
            };
            assert_eq!(schema.stream, stream, "{}", schema.event);
        }
    }

    /// The classes of OCSF 1.8 that are used here, and how many activities each has.
    const OCSF: [(u32, u8); 12] = [
        (1001, 14), // File System Activity
        (1008, 10), // Event Log Activity
        (1009, 1),  // Script Activity
        (1010, 5),  // Peripheral Activity
        (3001, 12), // Account Change
        (3002, 7),  // Authentication
        (3004, 13), // Entity Management
        (3005, 2),  // User Access Management
        (3006, 8),  // Group Management
        (5019, 2),  // Device Config State Change
        (6002, 8),  // Application Lifecycle
        (6008, 2),  // Application Error
    ];

    #[test]
    fn classes_and_activities_are_of_ocsf_1_8() {
        for schema in EVENTS.schemas() {
            let Some(ocsf) = schema.mapping.ocsf else { continue };
            let class = OCSF.iter().find(|(class, _)| *class == ocsf.class);
            let is_activity = class.is_some_and(|(_, last)| (1..=*last).contains(&ocsf.activity));
            assert!(is_activity, "{}: {ocsf:?}", schema.event);
        }
    }

    #[test]
    fn messages_are_of_redfishs_account_security() {
        let messages = [
            "AccountCreated",
            "AccountDisabled",
            "AccountEnabled",
            "AccountLocked",
            "AccountRemoved",
            "AccountUnlocked",
            "InvalidCredentials",
            "ManagerAccountRoleChanged",
            "PasswordModified",
            "SuccessfulLogin",
        ];
        for schema in EVENTS.schemas() {
            let Some(id) = schema.mapping.redfish else { continue };
            let message = id.strip_prefix("AccountSecurity.1.0.").unwrap();
            assert!(messages.contains(&message), "{}: {id}", schema.event);
        }
    }

    /// No text but names: whatever else somebody could have typed is withheld.
    #[test]
    fn texts_are_personal_internal_or_withheld() {
        for schema in EVENTS.schemas() {
            for field in schema.fields {
                let told = field.place != Place::Data || field.class != Class::Public;
                assert!(told, "{}.{}", schema.event, field.name);
            }
        }
    }
}
