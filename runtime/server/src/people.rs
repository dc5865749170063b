//! Everybody who may use a runtime: its owner and root, and those to whom the role file grants something.

use std::path::Path;
use std::sync::Arc;

use engine::Warden;
use machine::signal::Actor;
use plan::Plan;

use crate::peer::{self, owner_words, words};
use crate::places::environments;
use crate::role_file::RoleFile;
use crate::roles::{Environments, Roles};
use crate::verb::Verb;
use crate::{Code, Failure};

/// Knows people and what they may do, as of now.
#[derive(Debug)]
pub(crate) struct People {
    /// Uid of the state directory's owner.
    owner: u32,
    file: RoleFile,
}

/// Somebody who calls, with the roles in force at that moment.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// Who.
    pub(crate) actor: Actor,
    owner: u32,
    roles: Arc<Roles>,
    problem: Option<String>,
}

impl People {
    pub(crate) fn of(state: &Path, owner: u32) -> Self {
        Self { owner, file: RoleFile::open(state, owner) }
    }

    /// Lets somebody in who may do something.
    pub(crate) fn admit(&self, uid: Option<u32>) -> Result<Caller, Failure> {
        let caller = self.caller(uid.ok_or_else(|| peer::nameless(self.owner))?);
        if caller.actor.owner || caller.roles.know(&caller.actor) {
            Ok(caller)
        } else {
            Err(caller.refuse("may not use this runtime"))
        }
    }

    /// The same person now: roles and groups may have changed.
    pub(crate) fn again(&self, caller: &Caller) -> Caller {
        self.caller(caller.actor.uid)
    }

    /// Why the role file is not in force, if so.
    pub(crate) fn problem(&self) -> Option<String> {
        self.file.problem()
    }

    fn caller(&self, uid: u32) -> Caller {
        let (roles, problem) = (self.file.current(), self.file.problem());
        Caller { actor: peer::person(uid, self.owner), owner: self.owner, roles, problem }
    }
}

impl Warden for People {
    fn may_run(&self, person: &Actor, plan: &Plan) -> Result<(), String> {
        let caller = self.caller(person.uid);
        caller.lacks(Verb::Run, &environments(plan)).map_or(Ok(()), |what| Err(format!("{} {what}", words(person))))
    }
}

impl Caller {
    /// Whether it matters what they do where: always for others, for the owner where a reason is asked for.
    pub(crate) fn is_asked(&self) -> bool {
        !self.actor.owner || self.roles.ask_reasons()
    }

    /// Refuses what is not granted in each of these environments.
    pub(crate) fn may(&self, verb: Verb, environments: &Environments) -> Result<(), Failure> {
        self.lacks(verb, environments).map_or(Ok(()), |what| Err(self.refuse(&what)))
    }

    /// What this person may not do, in words.
    fn lacks(&self, verb: Verb, environments: &Environments) -> Option<String> {
        let place = self.roles.missing(&self.actor, verb, environments)?;
        (!self.actor.owner).then(|| format!("may not {verb} {place}"))
    }

    /// Whether something in these environments may be seen.
    pub(crate) fn sees(&self, environments: &Environments) -> bool {
        self.may(Verb::View, environments).is_ok()
    }

    /// Refuses a decision without a reason where an environment asks for one; the owner is asked like everybody.
    pub(crate) fn gives_reason(
        &self,
        verb: Verb,
        environments: &Environments,
        reason: Option<&str>,
    ) -> Result<(), Failure> {
        let given = reason.is_some_and(|reason| !reason.trim().is_empty());
        match self.roles.asks_reason(verb, environments) {
            Some(environment) if !given => Err(Failure::usage(format!(
                "`{verb}` in `{environment}` is only taken with a reason: add --reason 'why'"
            ))),
            Some(_) | None => Ok(()),
        }
    }

    /// Only the owner does this.
    pub(crate) fn refuse_others(&self) -> Result<(), Failure> {
        if self.actor.owner { Ok(()) } else { Err(self.refuse("may not do this, which is the owner's alone")) }
    }

    fn refuse(&self, what: &str) -> Failure {
        let problem = self.problem.as_ref().map(|problem| format!(" ({problem})")).unwrap_or_default();
        let message = format!(
            "{} {what}; ask {}, who grants it in roles.toml, or start your own with --state{problem}",
            words(&self.actor),
            owner_words(self.owner)
        );
        Failure::new(Code::NotAllowed, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_role_file_only_owner_and_root_are_admitted() {
        let state = tempfile::tempdir().unwrap();
        let people = People::of(state.path(), 4242);
        assert_eq!(people.admit(Some(4242)).unwrap().actor.name, "4242");
        assert_eq!(people.admit(Some(0)).unwrap().actor.name, "root");
        for uid in [Some(4243), None] {
            let failure = people.admit(uid).unwrap_err();
            assert_eq!(failure.exit, 4);
            assert!(failure.message.contains("its owner 4242 (uid 4242)"), "{failure}");
        }
    }
}
