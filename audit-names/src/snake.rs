//! Names in snake case.

/// `LoginFailed` as `login_failed`, `HTTPProxySet` as `http_proxy_set`.
///
/// ```
/// assert_eq!(audit_names::snake_case("HTTPProxySet"), "http_proxy_set");
/// ```
pub fn snake_case(camel: &str) -> String {
    let mut snake = String::with_capacity(camel.len() + 8);
    let mut before = '_';
    let mut rest = camel.chars().peekable();
    while let Some(character) = rest.next() {
        let ends_acronym =
            before.is_uppercase() && rest.peek().is_some_and(|next| next.is_lowercase());
        let starts_word = before.is_lowercase() || before.is_ascii_digit() || ends_acronym;
        if character.is_uppercase() && starts_word {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
        before = character;
    }
    snake
}
