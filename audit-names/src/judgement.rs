//! The judgement. What has a name that suggests content or a credential carries no text, whatever its
//! type says: a paste in a `UserName` is still a paste.

use crate::words::{STEMS, TYPED, TYPED_ENDINGS, TYPED_STEMS, WORDS};
use crate::{Carries, snake_case};

/// A name with such a word counts occasions (`pin_attempts`, `paste_count`)…
const COUNTING: &[&str] =
    &["attempt", "change", "count", "counter", "failure", "reset", "retries", "retry", "tries"];

/// …unless it has one of these too (`password_character_count`)…
const MEASURING: &[&str] = &["byte", "char", "character", "len", "length", "letter", "size"];

/// …and with one of these it is a rule for what is typed, and not of what was
/// (`password_min_length`).
const RULING: &[&str] =
    &["age", "allowed", "expiry", "limit", "max", "maximum", "min", "minimum", "required", "ttl"];

/// Words that say something else together.
const OTHERWISE: &[&str] = &["gpio_pin", "pass_fail", "pass_through"];

/// A name that ends so ends in that word, however it is written: `mytoken`.
const ENDINGS: &[&str] = &["cookie", "pwd", "secret", "token"];

/// The last words of variants that say what happened, and not what there is: the data of
/// `PasswordChanged` is about a change, that of `Password` is a password. Words in `ed` are not
/// listed.
const HAPPENED: &[&str] =
    &["begun", "found", "lost", "read", "reset", "sent", "set", "shown", "used", "written"];

/// The most words that are read as one.
const JOINED_MAX: usize = 3;

/// What a field of this name may carry. The name is in snake or camel case, without an `r#`.
pub fn of_field(name: &str) -> Carries {
    Name::of(name).carries()
}

/// What the data of a variant of this name may carry: a name that says what happened says nothing
/// of the data.
pub fn of_variant(variant: &str) -> Carries {
    let name = Name::of(variant);
    let last = name.words.last().map(String::as_str).unwrap_or_default();
    let is_noun = WORDS.contains(&last);
    let happened = !is_noun && (last.ends_with("ed") || HAPPENED.contains(&last));
    if happened { Carries::Anything } else { name.carries() }
}

/// A name, taken apart.
struct Name {
    words: Vec<String>,
    /// All of them as one.
    whole: String,
    /// Each of them, and what two or three that stand together are.
    runs: Vec<String>,
}

impl Name {
    fn of(name: &str) -> Name {
        let mut snake = snake_case(name);
        for otherwise in OTHERWISE {
            snake = snake.replace(otherwise, "");
        }
        let words = snake.split(|it: char| it == '_' || it.is_ascii_digit());
        let words: Vec<String> = words.filter(|it| !it.is_empty()).map(str::to_owned).collect();
        let runs = (1..=JOINED_MAX).flat_map(|length| words.windows(length));
        Name { whole: words.concat(), runs: runs.map(<[String]>::concat).collect(), words }
    }

    fn carries(&self) -> Carries {
        let is_telling = self.has(WORDS) || self.contains(STEMS) || self.ends_in(ENDINGS);
        let is_typed = self.has(TYPED) || self.contains(TYPED_STEMS) || self.ends_in(TYPED_ENDINGS);
        let counts = self.has(COUNTING) && !self.has(MEASURING);
        match is_telling {
            true if is_typed && !counts && !self.has(RULING) => Carries::NoLength,
            true => Carries::NoText,
            false => Carries::Anything,
        }
    }

    /// Whether one of these is among its words, as it is or in the plural.
    fn has(&self, words: &[&str]) -> bool {
        self.runs.iter().any(|run| words.contains(&run.as_str()) || words.contains(&singular(run)))
    }

    /// Whether one of these stands anywhere in it.
    fn contains(&self, stems: &[&str]) -> bool {
        stems.iter().any(|stem| self.whole.contains(stem))
    }

    /// Whether it ends so, in the plural too.
    fn ends_in(&self, endings: &[&str]) -> bool {
        let whole = singular(&self.whole);
        endings.iter().any(|ending| whole.ends_with(ending))
    }
}

fn singular(word: &str) -> &str {
    word.strip_suffix('s').unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::{Carries, STEMS, TYPED, TYPED_STEMS, WORDS, of_field, of_variant};

    fn told(name: &str) -> bool {
        of_field(name) != Carries::Anything
    }

    #[test]
    fn lengths_of_what_was_typed_are_told_apart_from_counts_of_occasions() {
        let lengths = "paste paste_length pasteLen paste_size password_len passwords pin_length secret \
            clipboard_bytes typed_chars password_character_count pin2 userPwd pin_number otp_number \
            pastes_number mysecret token_length keys sms_code cvv puk key_code scan_codes keysym usb_hid_event \
            shortcut private_key psk api_token";
        for name in lengths.split_whitespace() {
            assert_eq!(of_field(name), Carries::NoLength, "{name}");
        }
        let counts = "paste_count pin_attempts password_min_length password_max_age password_ttl pin_tries password_changes otp_failures \
            body_size frames screen_bytes cookie_count key_presses_count keystroke_count sms_code_attempts \
            session_id_count token_failures ticket";
        for name in counts.split_whitespace() {
            assert_eq!(of_field(name), Carries::NoText, "{name}");
        }
    }

    #[test]
    fn names_that_tell() {
        let as_listed_in_every_case = "password user_password userPassword PASSWORD UserPassword \
            password2 pwd old_pwd token tokens csrfToken cookie cookies pin user_pin userPIN pin1 \
            PIN_2 otp totp userOTP secret client_secret bearer authorization jwt cvv mnemonic body \
            bodies body_size payload content contents screen frame frames pixels paste pasted \
            pasted_text typed keys psk passcode passkey";
        let several_words_that_are_one = "key_code keyCode key_codes pass_word passWord PassWord \
            PASSword pass_phrase apiKey api_key api_keys APIKey invite_code inviteCode private_key \
            secret_key access_key encryption_key signing_key session_key recovery_code \
            recovery_codes backup_code access_code verification_code hid_report HIDReport \
            hidReports key_press key_stroke scan_code frame_buffer screen_shot one_time_code \
            pre_shared_key";
        let stems = "userpassword newpasswords credentials usercredential clipboardtext keystrokes \
            lastkeycode mykey_code passwdfile framebuffers";
        for list in [as_listed_in_every_case, several_words_that_are_one, stems] {
            for name in list.split_whitespace() {
                assert!(told(name), "{name}");
            }
        }
    }

    #[test]
    fn names_that_do_not() {
        let names = "pinned spinner pinout opinion secretary framework key key_id host_key \
            public_key bodyguard nobody tokenizer user attempt device code error_code status_code \
            keyboard keyboard_layout layout text typedef screened framed passed bypass word access \
            compass session gpio_pin gpio_pin_name pass_through tokenizer mfa contentment report size hash invite recovery a _ __";
        for name in names.split_whitespace() {
            assert!(!told(name), "{name}");
        }
    }

    #[test]
    fn fifty_further_names_that_tell_and_fifty_that_do_not() {
        let tell = "auth_key setupKey session_id SID webhook_url magicLink reset_link wallet_seed shortcut hotkey \
            keyboard_shortcut cmdline command_line db_connection_string DSN database_dsn ble_pairing_code \
            kerberos_ticket saml_assertion neues_passwort contrasena mima parol Kennwort mot_de_passe senha \
            wachtwoord haslo heslo jelszo salasana losenord sifre refresh_token card_number cvv2 sms_codes \
            tailscale_auth_key presigned_url security_answer invite_link usb_hid_event raw_key key_combo argv \
            stdin environ private_pem clip_data zerotier_join_key";
        let do_not = "author authority setup session session_count sidebar inside webhook webhook_id link_speed \
            reset_at seedling seeding shortage hotel hotspot cmd command_name line connection_count dsnap \
            pairing paired ticketing asserted passenger contrast parolee card_id door_id sms number code_page \
            keyboard_model key_type key_size host_key_type argc environment answered invited event_name \
            usb_port raw_size combo scanner exit_code country_code reason_code zip_code";
        assert_eq!(tell.split_whitespace().count(), 50);
        assert_eq!(do_not.split_whitespace().count(), 50);
        for name in tell.split_whitespace() {
            assert!(told(name), "{name}");
        }
        for name in do_not.split_whitespace() {
            assert!(!told(name), "{name}");
        }
    }

    #[test]
    fn variants_say_what_there_is_or_what_happened() {
        let data = of_variant;
        for variant in ["Password", "UserPassword", "Pasted", "Typed", "ApiKey", "SecretText"] {
            assert_ne!(data(variant), Carries::Anything, "{variant}");
        }
        for variant in ["PasswordChanged", "PasteUsed", "KeysRotated", "TokenSent", "Opened"] {
            assert_eq!(data(variant), Carries::Anything, "{variant}");
        }
    }

    #[test]
    fn the_lists_are_as_names_are_compared() {
        for word in WORDS.iter().chain(STEMS) {
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
            assert!(told(word), "{word}");
        }
        assert!(TYPED.iter().all(|word| WORDS.contains(word)));
        assert!(TYPED_STEMS.iter().all(|stem| STEMS.contains(stem)));
    }
}
