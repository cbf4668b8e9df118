//! How it ended.

use proc_macro2::Ident;

use super::event::{Owner, Written};
use crate::attr::Keyed;
use crate::errors::Errors;
use crate::model::{OutcomeKind, OutcomeRule, Place};

/// An event says how its action ended: always the same, or by a field, and not both. A variant that
/// says it leaves aside what its enum says.
pub(super) fn outcome<'a>(event: &Written<'a, '_>, errors: &mut Errors) -> Option<OutcomeRule<'a>> {
    if event.attrs.two_phase.is_some() && matches!(event.owner, Owner::Struct) {
        return awaited(event, errors);
    }
    let reason = event.role_at(Place::Reason);
    match (event.said.outcome, event.role_at(Place::Outcome)) {
        (Some(_), Some(role)) => {
            let place = event.said.place;
            let message =
                format!("the outcome is already set on the {place}: remove one of the two");
            errors.push(role, message);
            None
        }
        (None, Some(_)) => {
            let Some(reason) = reason else { return Some(OutcomeRule::Field) };
            let message = "leave this away: the type of the field `outcome`, `Outcome<…>`, carries the reason";
            errors.push(reason, message);
            None
        }
        (Some(said), None) => constant(said.value, &said.key, reason, errors),
        (None, None) => match event.outer().and_then(|outer| outer.outcome) {
            Some(said) => constant(said.value, event.ident, reason, errors),
            None => {
                errors.push_missing(event.ident, missing(event));
                None
            }
        },
    }
}

fn missing(event: &Written<'_, '_>) -> String {
    let event_name = event.called();
    let place = event.place();
    format!(
        "`{event_name}` does not say how it ended, its outcome: add one of these\n\
         `#[audit(outcome = \"success\")]` to {place}; or \"denied\", \"failure\", \"unknown\"\n\
         `#[audit(outcome)]` to a field of type `Outcome<…>`"
    )
}

/// What was always denied or failed has a reason, in a field of its own; what succeeded has none.
fn constant<'a>(
    kind: OutcomeKind,
    at: &Ident,
    reason: Option<&Ident>,
    errors: &mut Errors,
) -> Option<OutcomeRule<'a>> {
    match (kind, reason) {
        (OutcomeKind::Denied | OutcomeKind::Failure, None) => {
            let message = "what was denied or failed has a reason: add `#[audit(reason)]` to a field \
                 whose type is a fieldless enum with `#[derive(AuditValue)]`";
            errors.push_missing(at, message);
            None
        }
        (OutcomeKind::Success | OutcomeKind::Unknown, Some(reason)) => {
            let message =
                "only what was denied or failed has a reason: remove it, or correct the outcome";
            errors.push(reason, message);
            None
        }
        (kind, _) => Some(OutcomeRule::Always(kind)),
    }
}

/// Nobody knows the outcome of an event of two phases when it begins: a field waits for it, and for
/// the reason with it.
fn awaited<'a>(event: &Written<'a, '_>, errors: &mut Errors) -> Option<OutcomeRule<'a>> {
    let field = event.fields.iter().find(|field| field.place == Place::Outcome);
    let mut refused = false;
    if let Some(Keyed { key, .. }) = event.said.outcome {
        let message = match field {
            Some(_) => {
                "leave this away: the outcome of an event of two phases is known when it ends"
            }
            None => {
                "the outcome of an event of two phases is known when it ends: instead of this, add \
                 `#[audit(outcome)]` to a field of type `Awaited<…>`"
            }
        };
        errors.push(key, message);
        refused = true;
    }
    if let Some(reason) = event.role_at(Place::Reason) {
        let message =
            "leave this away: the type of the field `outcome`, `Awaited<…>`, carries the reason";
        errors.push(reason, message);
        refused = true;
    }
    match field {
        _ if refused => None,
        Some(field) => Some(OutcomeRule::Awaited { field: field.ident, ty: field.ty }),
        None => {
            let message = format!(
                "`{}` has nowhere to record how it ended: add `#[audit(outcome)]` to a field of type `Awaited<…>`",
                event.called()
            );
            errors.push_missing(event.ident, message);
            None
        }
    }
}
