//! A day of the runner's users, good and bad.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::log::Failure;
use crate::people::{Account, Caller, People, Place};
use crate::runner::{Request, Runner};

const ADMIN: &str = "alice@runner.test";
const USER: &str = "johndoe@runner.test";
const ADMIN_PASSWORD: &str = "Ferry-Cobalt=1186";
const USER_PASSWORD: &str = "quill.Marten.7730";
const WRONG_PASSWORD: &str = "quill.Marten.773O";
/// What somebody typed into the box for the name.
const PASSWORD_AS_NAME: &str = "Ferry-Cobalt=ll86";
const API_TOKEN: &str = "tok_5e81f0c2-Lanyard";
const SIGNING_SECRET: &str = "whsec_Juniper88Vole";

const LOGIN_CHECK: Request =
    Request { name: "user-login-check", path: "/login-check", variables: &["apiToken"] };
const ORDERS: Request =
    Request { name: "orders.sync", path: "/orders", variables: &["apiToken", "signingSecret"] };
const REPORTS: Request =
    Request { name: "reports.nightly", path: "/reports", variables: &["apiToken"] };
const LEGACY: Request =
    Request { name: "legacy.import", path: "/orders", variables: &["legacyToken"] };

/// Plays the day, and gives what must not be in the logs.
///
/// # Errors
///
/// Something did not end as it should.
pub fn play() -> Result<Vec<String>, Failure> {
    let secrets = [
        ADMIN_PASSWORD,
        USER_PASSWORD,
        WRONG_PASSWORD,
        PASSWORD_AS_NAME,
        API_TOKEN,
        SIGNING_SECRET,
    ];
    let mut kept: Vec<String> = secrets.iter().map(|secret| (*secret).to_owned()).collect();
    let account = |password: &str, role| Account {
        password: password.to_owned(),
        role,
        is_disabled: false,
        may_use_variables: role == "tenant_admin",
    };
    let mut people = People::default();
    people.accounts.insert(ADMIN, account(ADMIN_PASSWORD, "tenant_admin"));
    people.accounts.insert(USER, account(USER_PASSWORD, "viewer"));
    let mut runner = Runner::default();
    runner.variables.insert("apiToken", API_TOKEN.to_owned());
    runner.variables.insert("signingSecret", SIGNING_SECRET.to_owned());
    morning(&people, &mut runner, &mut kept)?;
    noon(&mut people, &mut runner, &mut kept)?;
    evening(&mut people, &mut kept)?;
    runner.stop("eu-1");
    Ok(kept)
}

/// The runner starts, and a user may not use what is secret.
fn morning(people: &People, runner: &mut Runner, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Morning: a connector starts; johndoe may not use secret variables yet.");
    runner.start("eu-1");
    runner.check_health("eu-1");
    let home = at(7, Some("US"));
    is(people.login(PASSWORD_AS_NAME, "", home)?.is_some(), false)?;
    is(people.login(USER, WRONG_PASSWORD, at(66, Some("BR")))?.is_some(), false)?;
    let john = enter(people, USER, USER_PASSWORD, home, kept)?;
    is(runner.execute(&john, &LOGIN_CHECK)?, false)?;
    john.expire(Duration::from_secs(900))
}

/// The administrator lets him; requests run, are tried again, and fail.
fn noon(people: &mut People, runner: &mut Runner, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Noon: alice lets him; requests run, are tried again, and fail.");
    let alice = enter(people, ADMIN, ADMIN_PASSWORD, at(2, Some("DE-BY")), kept)?;
    is(people.change_role(&alice, USER, "editor")?, true)?;
    is(people.grant_variables(&alice, USER)?, true)?;
    kept.push(alice.generate_key()?);
    let john = enter(people, USER, USER_PASSWORD, at(7, Some("US")), kept)?;
    is(runner.execute(&john, &LOGIN_CHECK)?, true)?;
    is(runner.execute(&john, &ORDERS)?, true)?;
    is(runner.execute(&john, &REPORTS)?, false)?;
    is(runner.execute(&john, &LEGACY)?, false)?;
    is(people.change_role(&john, USER, "tenant_admin")?, false)?;
    john.logout()?;
    alice.logout()
}

/// A user is disabled, cannot log in, and is reactivated.
fn evening(people: &mut People, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Evening: johndoe is disabled, and reactivated.");
    let alice = enter(people, ADMIN, ADMIN_PASSWORD, at(2, None), kept)?;
    is(people.disable(&alice, USER)?, true)?;
    is(people.login(USER, USER_PASSWORD, at(7, Some("US")))?.is_some(), false)?;
    is(people.reactivate(&alice, USER)?, true)?;
    alice.logout()
}

fn at(host: u8, geo: Option<&'static str>) -> Place {
    Place { ip: IpAddr::V4(Ipv4Addr::new(192, 0, 2, host)), geo }
}

fn enter(
    people: &People,
    user: &str,
    password: &str,
    at: Place,
    kept: &mut Vec<String>,
) -> Result<Caller, Failure> {
    let caller = people.login(user, password, at)?.ok_or("a login was refused")?;
    kept.push(caller.cookie.clone());
    Ok(caller)
}

fn is(was_done: bool, should: bool) -> Result<(), Failure> {
    match was_done == should {
        true => Ok(()),
        false => Err("something did not end as it should".into()),
    }
}
