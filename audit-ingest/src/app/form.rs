//! The messages that are understood, and nothing else.

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    LoginRequest,
    Checking,
    Refused,
    Started,
    Ended,
    Created,
    PasswordChanged,
    RoleChanged,
    Deleted,
    AllDeleted,
    Client,
}

/// What each message begins with.
const FORMS: [(&[u8], Form); 12] = [
    (b"Login request from IP ", Form::LoginRequest),
    (b"Checking authentication for user ", Form::Checking),
    (b"Cannot authenticate, no such user ", Form::Refused),
    (b"Cannot authenticate, password not correct for user ", Form::Refused),
    (b"Started session for user ", Form::Started),
    (b"Ended session for user ", Form::Ended),
    (b"Created user ", Form::Created),
    (b"Changed password of user ", Form::PasswordChanged),
    (b"Changed role of user ", Form::RoleChanged),
    (b"Deleted user ", Form::Deleted),
    (b"Deleted all users", Form::AllDeleted),
    (b"Client ", Form::Client),
];

/// The form of a message, and what it is about.
pub(crate) fn of(message: &[u8]) -> Option<(Form, &[u8])> {
    FORMS.iter().find_map(|(begin, form)| Some((*form, message.strip_prefix(*begin)?)))
}

/// The name in `NAME with role ROLE`: a name may hold those words too, a role does not.
pub(crate) fn before_role(text: &[u8]) -> Option<&[u8]> {
    let at = memchr::memmem::rfind(text, b" with role ")?;
    let (name, role) = text.split_at(at);
    let role = role.get(b" with role ".len()..)?;
    let plain = |it: &u8| it.is_ascii_uppercase() || *it == b'_';
    (!role.is_empty() && role.iter().all(plain)).then_some(name)
}

/// The id in `ID connected` or `ID disconnected`, and whether it is the first.
pub(crate) fn client(text: &[u8]) -> Option<(&[u8], bool)> {
    let (id, begins) = match text.strip_suffix(b" disconnected") {
        Some(id) => (id, false),
        None => (text.strip_suffix(b" connected")?, true),
    };
    let plain = |it: &u8| it.is_ascii_alphanumeric() || b"_-".contains(it);
    (!id.is_empty() && id.len() <= 64 && id.iter().all(plain)).then_some((id, begins))
}
