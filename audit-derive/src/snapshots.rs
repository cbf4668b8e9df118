//! What the derive makes of three events, as files to read. After a change of the expansion,
//! `UPDATE_EXPECT=1 cargo test -p audit-derive`, and read the difference.

use expect_test::{ExpectFile, expect_file};
use proc_macro2::TokenStream;
use quote::quote;

fn expands_to(declared: TokenStream, expected: &ExpectFile) {
    let input = syn::parse2(declared).unwrap();
    let file = syn::parse2(crate::event(&input)).unwrap();
    expected.assert_eq(&prettyplease::unparse(&file));
}

#[test]
fn a_struct() {
    let declared = quote! {
        /// A login attempt was refused.
        #[must_use]
        #[audit(action = "login", category = "authentication", outcome = "denied")]
        pub struct LoginFailed<'a> {
            #[audit(actor(user))]
            pub user: ClaimedName<'a>,
            #[audit(source(address))]
            pub from: SocketAddr,
            #[audit(object(id), object_type = "device")]
            pub device: ObjectId<'a>,
            #[audit(reason)]
            pub reason: LoginRefusal,
            #[audit(disclose = "counter of the login throttle", class = "internal")]
            pub attempt: u32,
            pub password: Withheld<&'a str>,
        }
    };
    expands_to(declared, &expect_file!["snapshots/login_failed.rs"]);
}

#[test]
fn an_enum() {
    let declared = quote! {
        #[must_use]
        #[audit(category = "power", source(local = "front panel"), policy = NO_CONTENT)]
        #[audit(ecs(category = "host", type = "change"), redfish = "Buttons.1.0.Pressed")]
        #[audit(object(id = "host"), object_type = "machine", none(actor = "a button is anybody's"))]
        enum PowerButton {
            /// Pressed and let go.
            #[audit(action = "press", outcome = "success")]
            Pressed { long: bool },
            /// Pressed in vain.
            #[audit(action = "press", outcome = "failure", level = "warn")]
            #[audit(stream = "application", ocsf(class = 1001, activity = 99))]
            Stuck { #[audit(reason)] why: Fault },
        }
    };
    expands_to(declared, &expect_file!["snapshots/power_button.rs"]);
}

#[test]
fn two_phases() {
    let declared = quote! {
        /// Firmware is written, or was.
        #[must_use]
        #[audit(action = "firmware_update", category = "maintenance", two_phase)]
        #[audit(from_context(actor, source), object(id = "firmware"), object_type = "image")]
        struct FirmwareUpdate {
            #[audit(outcome)]
            outcome: Awaited<FlashFault>,
        }
    };
    expands_to(declared, &expect_file!["snapshots/firmware_update.rs"]);
}
