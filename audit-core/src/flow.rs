//! Destinations that are fixed in code, and what may flow to them: a question of types.
//!
//! A destination whose clearance stands in a configuration is another matter: there the classes in
//! the log's schema lines decide, at run time.
#![expect(unsafe_code, reason = "the traits that say what may be recorded are unsafe to implement")]

use core::marker::PhantomData;

use crate::value::AuditReason;
use crate::vocab;
use crate::{AuditEvent, Awaited, EmitError, Outcome, Recorder, Withheld, record::EventRef};

/// Cleared for what anybody may read: a status display, a public page.
#[derive(Clone, Copy, Debug)]
pub enum Public {}

/// Cleared for what the device's operators may read, and nothing about persons: diagnostics.
#[derive(Clone, Copy, Debug)]
pub enum Internal {}

/// Cleared for everything that is recorded at all.
#[derive(Clone, Copy, Debug)]
pub enum Personal {}

/// A clearance that covers what is confined to `Class`: `Personal` covers all three, `Public` only
/// itself.
///
/// # Safety
///
/// The order is that of [`Class`](crate::Class); nobody else has reason to implement this.
#[diagnostic::on_unimplemented(
    message = "a destination cleared for `{Self}` cannot receive `{Class}` data",
    label = "too confined for this destination"
)]
pub unsafe trait Covers<Class> {}

/// A value or an event that may go, with all its fields, to a destination of this clearance.
///
/// The derives implement it as far as the fields allow.
///
/// # Safety
///
/// As for [`AuditEvent`]: nothing in it is confined more narrowly than `Clearance`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not flow to a destination that is cleared for `{Clearance}`",
    label = "too confined for this destination",
    note = "leave the field away or withhold it, or send the event to a destination of wider clearance"
)]
pub unsafe trait FlowsTo<Clearance> {
    /// As in [`AuditReason`].
    #[doc(hidden)]
    const FLOWS: () = ();
}

macro_rules! covers {
    ($($clearance:ty: $($class:ty),*;)*) => {$($(
        // SAFETY: the order of the classes.
        #[diagnostic::do_not_recommend]
        unsafe impl Covers<$class> for $clearance {}
    )*)*};
}

covers! {
    Public: Public;
    Internal: Public, Internal;
    Personal: Public, Internal, Personal;
}

/// One row a class: the types whose values have it.
macro_rules! flows {
    ($($class:ty: $($ty:ty),*;)*) => {$($(
        // SAFETY: the class of the type's values.
        #[diagnostic::do_not_recommend]
        unsafe impl<C: Covers<$class>> FlowsTo<C> for $ty {}
    )*)*

        #[cfg(test)]
        mod tests {
            use super::*;
            use crate::AuditValue;

            #[test]
            fn flows_agree_with_classes() {
                $($(
                    let class = stringify!($class).to_lowercase();
                    assert_eq!(<$ty>::CLASS.name(), class, stringify!($ty));
                )*)*
            }
        }
    };
}

flows! {
    Public: vocab::Lit;
    Internal:
        bool,
        vocab::ByteSize,
        vocab::Count,
        vocab::Digest,
        vocab::Elapsed,
        vocab::ErrorCode,
        vocab::HttpMethod,
        vocab::HttpPath<'_>,
        vocab::HttpStatus,
        vocab::KeyFingerprint,
        vocab::ObjectId<'_>,
        vocab::ObjectName<'_>,
        vocab::PasteSize,
        vocab::ScriptSize,
        vocab::SessionRef<'_>,
        vocab::SettingName<'_>,
        vocab::SizeBucket,
        vocab::UploadSize,
        vocab::Version<'_>;
    Personal:
        core::net::IpAddr,
        core::net::Ipv4Addr,
        core::net::Ipv6Addr,
        core::net::SocketAddr,
        core::net::SocketAddrV4,
        core::net::SocketAddrV6,
        vocab::ClaimedName<'_>,
        vocab::GeoLabel<'_>,
        vocab::UserName<'_>;
}

// SAFETY: as the table above.
#[cfg(feature = "std")]
#[diagnostic::do_not_recommend]
unsafe impl<C: Covers<Internal>> FlowsTo<C> for vocab::IoErrorKind {}

// SAFETY: nothing of it is recorded.
unsafe impl<C, T: crate::Withholdable> FlowsTo<C> for Withheld<T> {}

// SAFETY: the value, or its absence.
unsafe impl<C, T: FlowsTo<C>> FlowsTo<C> for Option<T> {}

// SAFETY: the value behind the reference.
unsafe impl<C, T: FlowsTo<C> + ?Sized> FlowsTo<C> for &T {}

// SAFETY: the kind of outcome is for anybody, the reason as confined as its type.
unsafe impl<C, R: AuditReason + FlowsTo<C>> FlowsTo<C> for Outcome<R> {}

// SAFETY: as for an outcome.
unsafe impl<C, R: AuditReason + FlowsTo<C>> FlowsTo<C> for Awaited<R> {}

/// A recorder that takes only events that may flow to it.
///
/// ```
/// use audit_core::flow::{Cleared, Internal};
/// use audit_core::{AuditEvent, EmitError, Recorder};
///
/// /// The fan changed its speed.
/// #[must_use]
/// #[derive(AuditEvent)]
/// #[audit(action = "fan_speed", category = "environment", outcome = "success")]
/// #[audit(actor(service = "thermal"), source(local = "board"))]
/// #[audit(object(id = "fan"), object_type = "part")]
/// struct FanChanged {
///     #[audit(disclose = "a set point", class = "internal")]
///     rpm: u16,
/// }
///
/// fn tell_diagnostics(to: &Cleared<'_, Internal>) -> Result<(), EmitError> {
///     to.record(&FanChanged { rpm: 1200 })
/// }
/// # fn main() {}
/// ```
///
/// An event with a user's name does not compile there:
///
/// ```compile_fail
/// # use audit_core::flow::{Cleared, Internal};
/// # use audit_core::{AuditEvent, EmitError, vocab::UserName};
/// # /// It was pressed.
/// # #[must_use]
/// # #[derive(AuditEvent)]
/// # #[audit(action = "press", category = "environment", outcome = "success")]
/// # #[audit(source(local = "board"), object(id = "button"), object_type = "part")]
/// # struct ButtonPressed<'a> { #[audit(actor(user))] user: UserName<'a> }
/// fn tell_diagnostics(to: &Cleared<'_, Internal>, user: UserName<'_>) -> Result<(), EmitError> {
///     to.record(&ButtonPressed { user })
/// }
/// ```
pub struct Cleared<'r, C> {
    recorder: &'r dyn Recorder,
    clearance: PhantomData<fn(C)>,
}

impl<'r, C> Cleared<'r, C> {
    /// A recorder that is cleared for so much. Say it once, where the destination is made.
    pub const fn new(recorder: &'r dyn Recorder) -> Cleared<'r, C> {
        Cleared { recorder, clearance: PhantomData }
    }

    /// Hands an event that may flow there to the recorder.
    ///
    /// # Errors
    ///
    /// [`EmitError`] says why it was not accepted.
    pub fn record<E: AuditEvent + FlowsTo<C>>(&self, event: &E) -> Result<(), EmitError> {
        self.recorder.record(EventRef::of(event))
    }
}

impl<C> core::fmt::Debug for Cleared<'_, C> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Cleared").finish_non_exhaustive()
    }
}
