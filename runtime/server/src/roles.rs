//! Who may do what in which environment, as the role file says it. Nothing is granted that is not written there.

use std::collections::{BTreeMap, BTreeSet};

use machine::signal::Actor;
use serde::Deserialize;

use crate::verb::Verb;

/// The version of the role file that this program reads.
const FORMAT: u32 = 1;

/// Everything: each verb, or each environment and the runs that touch none.
const ALL: &str = "*";

/// The environments that a plan touches.
pub type Environments = BTreeSet<String>;

/// A role file's content; without one nothing is granted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Roles {
    format: u32,
    #[serde(default, rename = "role")]
    roles: Vec<Role>,
    #[serde(default, rename = "environment")]
    policies: BTreeMap<String, Policy>,
}

/// People, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    /// Login names, or user ids.
    #[serde(default)]
    users: Vec<String>,
    /// Groups of the host.
    #[serde(default)]
    groups: Vec<String>,
    environments: Vec<String>,
    may: Vec<Grant>,
}

/// One verb, or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(
    untagged,
    expecting = "unknown word; these can be granted: `*`, `view`, `run`, `approve`, `reject`, `pause`, \
    `resume`, `abort`, `rollback`, `retry`, `skip`, `extend`, `steal`"
)]
enum Grant {
    One(Verb),
    All(Star),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Star {
    #[serde(rename = "*")]
    Star,
}

/// What an environment asks of everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Required,
    Optional,
}

impl Roles {
    /// Reads a role file's text.
    ///
    /// # Errors
    /// A sentence that names the place and what is expected there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let roles: Self = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        if roles.format != FORMAT {
            return Err(format!("it has format {}, and this program reads format {FORMAT}", roles.format));
        }
        roles.roles.iter().zip(1..).try_for_each(|(role, number)| role.check(number))?;
        Ok(roles)
    }

    /// Whether anything at all is granted to this person.
    #[must_use]
    pub fn know(&self, person: &Actor) -> bool {
        self.of(person).next().is_some()
    }

    /// The first of these environments in which this person may not; a run that touches none needs a role for all.
    #[must_use]
    pub fn missing(&self, person: &Actor, verb: Verb, environments: &Environments) -> Option<String> {
        let grants = |environment: &str| self.of(person).any(|role| role.grants(verb, environment));
        match environments.iter().find(|environment| !grants(environment)) {
            Some(environment) => Some(format!("in `{environment}`")),
            None if environments.is_empty() && !grants(ALL) => {
                Some("in a run that touches no environment (it takes a role with `environments = [\"*\"]`)".to_owned())
            }
            None => None,
        }
    }

    /// Whether any environment asks for reasons.
    #[must_use]
    pub fn ask_reasons(&self) -> bool {
        !self.policies.is_empty()
    }

    /// The first of these environments that asks a reason of whoever does this.
    #[must_use]
    pub fn asks_reason<'a>(&self, verb: Verb, environments: &'a Environments) -> Option<&'a str> {
        let asks = |environment: &str| {
            let policy = self.policies.get(environment).or_else(|| self.policies.get(ALL));
            policy.is_some_and(|policy| policy.reason == Reason::Required)
        };
        environments.iter().map(String::as_str).find(|environment| verb.decides() && asks(environment))
    }

    fn of<'a>(&'a self, person: &'a Actor) -> impl Iterator<Item = &'a Role> {
        self.roles.iter().filter(|role| role.is_of(person))
    }
}

impl Role {
    fn check(&self, number: usize) -> Result<(), String> {
        let empty =
            |what: &str| Err(format!("role {number} has no {what}, so that it grants nothing; add some or remove it"));
        match self {
            _ if self.users.is_empty() && self.groups.is_empty() => empty("`users` and no `groups`"),
            _ if self.environments.is_empty() => empty("`environments`"),
            _ if self.may.is_empty() => empty("`may`"),
            _ => Ok(()),
        }
    }

    fn is_of(&self, person: &Actor) -> bool {
        self.users.iter().any(|user| *user == person.name || *user == person.uid.to_string())
            || self.groups.iter().any(|group| person.groups.contains(group))
    }

    fn grants(&self, verb: Verb, environment: &str) -> bool {
        let here = self.environments.iter().any(|known| known == ALL || known == environment);
        here && (verb == Verb::View || self.may.iter().any(|grant| grant.holds(verb)))
    }
}

impl Grant {
    fn holds(self, verb: Verb) -> bool {
        match self {
            Self::One(one) => one == verb,
            Self::All(Star::Star) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
        format = 1
        [[role]]
        groups = ["deployers"]
        environments = ["staging"]
        may = ["*"]
        [[role]]
        users = ["anna", "4711"]
        environments = ["prod"]
        may = ["approve", "abort"]
        [[role]]
        users = ["ops"]
        environments = ["*"]
        may = ["run"]
        [environment.prod]
        reason = "required"
    "#;

    fn person(name: &str, uid: u32, groups: &[&str]) -> Actor {
        Actor { uid, name: name.to_owned(), groups: groups.iter().map(|g| (*g).to_owned()).collect(), owner: false }
    }

    fn places(names: &[&str]) -> Environments {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn what_is_not_granted_is_refused() {
        let roles = Roles::parse(FILE).unwrap();
        let (anna, ben) = (person("anna", 1, &["deployers"]), person("ben", 2, &[]));
        let (ops, numbered) = (person("ops", 3, &[]), person("renamed", 4711, &[]));
        for (who, verb, environments, may) in [
            (&anna, Verb::Run, &["staging"][..], true),
            (&anna, Verb::Approve, &["prod"], true),
            (&anna, Verb::Run, &["prod"], false),
            (&anna, Verb::Run, &["prod", "staging"], false),
            (&anna, Verb::View, &["prod", "staging"], true),
            (&anna, Verb::Run, &[], false),
            (&ben, Verb::View, &["staging"], false),
            (&numbered, Verb::Abort, &["prod"], true),
            (&ops, Verb::Run, &[], true),
            (&ops, Verb::Run, &["prod", "elsewhere"], true),
            (&ops, Verb::Steal, &["prod"], false),
        ] {
            let missing = roles.missing(who, verb, &places(environments));
            assert_eq!(missing.is_none(), may, "{} {verb} {environments:?}: {missing:?}", who.name);
        }
        assert!(!roles.know(&ben) && roles.know(&ops));
        assert!(!Roles::default().know(&anna), "without a file nothing is granted");
    }

    #[test]
    fn reasons_are_asked_where_the_environment_says_so() {
        let roles = Roles::parse(FILE).unwrap();
        let (prod, staging) = (places(&["prod"]), places(&["staging"]));
        assert_eq!(roles.asks_reason(Verb::Abort, &prod), Some("prod"));
        assert_eq!(roles.asks_reason(Verb::Pause, &prod), None);
        assert_eq!(roles.asks_reason(Verb::Abort, &staging), None);
        let everywhere = Roles::parse("format = 1\n[environment.\"*\"]\nreason = \"required\"").unwrap();
        assert_eq!(everywhere.asks_reason(Verb::Steal, &staging), Some("staging"));
    }

    #[test]
    fn a_mistake_is_named_with_its_place() {
        for (text, words) in [
            ("", "format"),
            ("format = 2", "it has format 2, and this program reads format 1"),
            ("format = 1\n[[role]]\nenvironments = [\"a\"]\nmay = [\"run\"]", "role 1 has no `users` and no `groups`"),
            (
                "format = 1\n[[role]]\nusers = [\"a\"]\nenvironments = []\nmay = [\"run\"]",
                "role 1 has no `environments`",
            ),
            ("format = 1\n[[role]]\nusers = [\"a\"]\nenvironments = [\"a\"]\nmay = [\"fly\"]", "these can be granted"),
            ("format = 1\n[[role]]\nuser = [\"a\"]", "unknown field `user`"),
            ("format = 1\n[environment.a]\nreason = \"always\"", "unknown variant `always`"),
        ] {
            let error = Roles::parse(text).unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
