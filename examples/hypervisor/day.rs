//! A day of the manager's administrators, good and bad.

use std::net::SocketAddr;

use crate::log::Failure;
use crate::manager::{Caller, Manager};

const ADMIN_PASSWORD: &str = "Larch!Kestrel-2207";
const FIRST_PASSWORD: &str = "begin-Here-Otter-31";
const NEXT_PASSWORD: &str = "Basalt_Wren;9046";
const WRONG_PASSWORD: &str = "Basalt_Wren;9O46";
/// What somebody typed into the box for the name.
const PASSWORD_AS_NAME: &str = "Larch!Kestrel-22O7";
const STORAGE_USERINFO: &str = "backup:Tern.Quarry.88";

/// Plays the day, and gives what must not be in the log.
///
/// # Errors
///
/// Something did not end as it should.
pub fn play() -> Result<Vec<String>, Failure> {
    let kept = [
        ADMIN_PASSWORD,
        FIRST_PASSWORD,
        NEXT_PASSWORD,
        WRONG_PASSWORD,
        PASSWORD_AS_NAME,
        STORAGE_USERINFO,
    ];
    let mut kept: Vec<String> = kept.iter().map(|secret| (*secret).to_owned()).collect();
    let mut manager = Manager::new("alice", ADMIN_PASSWORD);
    morning(&mut manager, &mut kept)?;
    noon(&mut manager, &mut kept)?;
    evening(&mut manager, &mut kept)?;
    Ok(kept)
}

/// The administrator makes a user who may switch machines in one folder, and what they run on.
fn morning(manager: &mut Manager, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Morning: alice logs in at the second attempt, and sets up the lab.");
    let at = from(2);
    is(manager.login(PASSWORD_AS_NAME, "", at)?.is_some(), false, "a login by a password")?;
    let alice = enter(manager, "alice", ADMIN_PASSWORD, at, kept)?;
    done(manager.create_user(&alice, "bob", FIRST_PASSWORD)?)?;
    done(manager.change_group(&alice, "operators", "bob", true)?)?;
    done(manager.change_permission(&alice, "bob", "vm.power", "/lab", true)?)?;
    done(manager.create_bridge(&alice, "br-7", "lab-net")?)?;
    done(manager.format_pool(&alice, "pool-3", "lab-fast")?)?;
    let url = format!("nfs://{STORAGE_USERINFO}@store.test/lab");
    done(manager.register_connection(&alice, "conn-5", "lab-backup", &url)?)?;
    done(manager.create_machine(&alice, "vm-101", "build", "/lab/ci", true)?)?;
    done(manager.create_machine(&alice, "vm-102", "legacy", "/lab", false)?)?;
    done(manager.create_machine(&alice, "vm-103", "sales-reporting-app", "/sales", true)?)?;
    manager.logout(alice)
}

/// Somebody tries an account until it is locked.
fn noon(manager: &mut Manager, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Noon: somebody tries bob's account, until it is locked; alice resets his password.");
    for _ in 0..4 {
        is(manager.login("bob", WRONG_PASSWORD, from(66))?.is_some(), false, "a guess")?;
    }
    let alice = enter(manager, "alice", ADMIN_PASSWORD, from(2), kept)?;
    done(manager.reset_password(&alice, "bob", NEXT_PASSWORD)?)?;
    manager.logout(alice)
}

/// The user does what he may, tries what he may not, and something fails.
fn evening(manager: &mut Manager, kept: &mut Vec<String>) -> Result<(), Failure> {
    println!("Evening: bob switches machines; what is outside his folder is denied, one hangs.");
    let bob = enter(manager, "bob", NEXT_PASSWORD, from(3), kept)?;
    done(manager.start(&bob, "vm-101")?)?;
    done(manager.start(&bob, "vm-102")?)?;
    done(manager.stop(&bob, "vm-101")?)?;
    is(manager.start(&bob, "vm-103")?, false, "starting a machine of another folder")?;
    is(manager.create_user(&bob, "bob2", FIRST_PASSWORD)?, false, "creating a user")?;
    is(manager.stop(&bob, "vm-102")?, false, "stopping a machine that hangs")?;
    let alice = enter(manager, "alice", ADMIN_PASSWORD, from(2), kept)?;
    is(manager.migrate(&alice, "vm-103", "host-z")?, false, "migrating to no host")?;
    done(manager.migrate(&alice, "vm-101", "host-b")?)?;
    done(manager.delete(&alice, "vm-101")?)?;
    is(manager.delete(&bob, "vm-102")?, false, "deleting a machine")?;
    done(manager.change_permission(&alice, "bob", "vm.power", "/lab", false)?)?;
    done(manager.change_group(&alice, "operators", "bob", false)?)?;
    manager.logout(bob)?;
    manager.logout(alice)
}

/// The address of somebody in the office.
fn from(host: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, host], 50_000 + u16::from(host)))
}

fn enter(
    manager: &mut Manager,
    user: &str,
    password: &str,
    at: SocketAddr,
    kept: &mut Vec<String>,
) -> Result<Caller, Failure> {
    let caller = manager.login(user, password, at)?.ok_or("a login was refused")?;
    kept.push(caller.cookie.clone());
    Ok(caller)
}

fn done(was_done: bool) -> Result<(), Failure> {
    is(was_done, true, "something")
}

fn is(was_done: bool, should: bool, what: &str) -> Result<(), Failure> {
    match was_done == should {
        true => Ok(()),
        false => Err(format!("{what} did not end as it should").into()),
    }
}
