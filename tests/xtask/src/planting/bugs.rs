//! The bugs: where each is planted, and what it is. Each is one that durable runtimes have had.

/// Where a bug is planted, and which simulator must find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// The machine, found by the machine on an event loop.
    Machine,
    /// The engine, found by the engine on virtual time.
    Engine,
}

impl Home {
    /// Its folder.
    #[must_use]
    pub fn folder(self) -> &'static str {
        match self {
            Self::Machine => "runtime/machine",
            Self::Engine => "runtime/engine",
        }
    }
}

/// One bug.
pub struct Bug {
    /// What is wrong, in words.
    pub what: &'static str,
    /// Whose it is.
    pub home: Home,
    /// The file, below the sources of its home.
    pub file: &'static str,
    /// What stands there.
    pub find: &'static str,
    /// What stands there instead; `PLANTED` is whether the bug is on.
    pub instead: &'static str,
    /// A plan on which it shows.
    pub plan: &'static str,
    /// Whether it shows only where rows and records are kept.
    pub whole: bool,
}

/// All of them.
pub const BUGS: &[Bug] = &[
    Bug {
        what: "after a crash an effect is done again under a new key",
        home: Home::Machine,
        file: "apply/resumed.rs",
        find: "            Some(plan::EffectClass::Idempotent) => {\n                if let Some((provider, request)) = self.request(slot, &attempt) {",
        instead: "            Some(plan::EffectClass::Idempotent) => {\n                let other = if PLANTED { attempt.of_next_group() } else { attempt };\n                if let Some((provider, request)) = self.request(slot, &other) {",
        plan: "actions",
        whole: false,
    },
    Bug {
        what: "an effect that must not be repeated is repeated after a crash",
        home: Home::Machine,
        file: "apply/resumed.rs",
        find: "            Some(plan::EffectClass::Once) if settles => {\n                if let Some((provider, request)) = self.request(slot, &attempt) {\n                    self.head.in_flight += 1;",
        instead: "            Some(plan::EffectClass::Once) if settles => {\n                if PLANTED {\n                    self.perform(at, slot, attempt.number + 1, attempt.group + 1, out);\n                } else if let Some((provider, request)) = self.request(slot, &attempt) {\n                    self.head.in_flight += 1;",
        plan: "cleaned",
        whole: false,
    },
    Bug {
        what: "the way back leaves out its first step",
        home: Home::Machine,
        file: "returning.rs",
        find: "        let next = self.slots.way_back(rollout).find(|&slot| !matches!(self.state(slot), SlotState::Done { .. }));",
        instead: "        let left_out = usize::from(PLANTED) * 2;\n        let next = self.slots.way_back(rollout).skip(left_out).find(|&slot| !matches!(self.state(slot), SlotState::Done { .. }));",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a reboot shortens a hold by the time the host was away",
        home: Home::Machine,
        file: "apply/resumed.rs",
        find: "        holding.wait.take_up_by_boot(at, self.head.seen.as_ref());",
        instead: "        if PLANTED {\n            holding.wait.take_up_by_wall(at);\n        } else {\n            holding.wait.take_up_by_boot(at, self.head.seen.as_ref());\n        }",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a gate is judged across a restart of the counters",
        home: Home::Machine,
        file: "judge/window.rs",
        find: "    baseline.incarnation == now.incarnation\n        && sound(baseline.clone()).is_ok()",
        instead: "    (PLANTED || baseline.incarnation == now.incarnation)\n        && (PLANTED || sound(baseline.clone()).is_ok())",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a provider is asked about a request that may still land",
        home: Home::Machine,
        file: "apply/performed.rs",
        find: "        let since = if attempt.since.boot == at.boot { attempt.since.clone() } else { at.clone() };",
        instead: "        let mut since = if attempt.since.boot == at.boot { attempt.since.clone() } else { at.clone() };\n        if PLANTED {\n            since.boot_ms = 0;\n        }",
        plan: "cleaned",
        whole: false,
    },
    Bug {
        what: "one person is enough for an approval of two",
        home: Home::Machine,
        file: "apply/signalled.rs",
        find: "                if by.len() >= quorum {",
        instead: "                if PLANTED || by.len() >= quorum {",
        plan: "approved",
        whole: false,
    },
    Bug {
        what: "a gate passes on fewer requests than it asks for",
        home: Home::Machine,
        file: "judge/verdict.rs",
        find: "    } else if evidence.n < evidence.at_least {",
        instead: "    } else if !PLANTED && evidence.n < evidence.at_least {",
        plan: "first-canary",
        whole: false,
    },
    Bug {
        what: "the rows of a rollout are not stored when it changes",
        home: Home::Machine,
        file: "run.rs",
        find: "        self.touched.insert(u32::try_from(self.states.len() + index).unwrap_or(u32::MAX));",
        instead: "        if !PLANTED || self.rollouts[index].finished {\n            self.touched.insert(u32::try_from(self.states.len() + index).unwrap_or(u32::MAX));\n        }",
        plan: "canary",
        whole: true,
    },
    Bug {
        what: "a lost answer is taken for an effect that did not take place",
        home: Home::Machine,
        file: "apply/performed.rs",
        find: "            Some(EffectClass::Probeable) => self.probe(at, slot, attempt, out),",
        instead: "            Some(EffectClass::Probeable) if PLANTED => {\n                self.effect_failed(at, slot, &attempt, attempt.group + 1, true, message, out);\n            }\n            Some(EffectClass::Probeable) => self.probe(at, slot, attempt, out),",
        plan: "actions",
        whole: false,
    },
    Bug {
        what: "a step begins when one of those it waits for is over",
        home: Home::Machine,
        file: "run.rs",
        find: "            self.blocked[dependent as usize] = self.blocked[dependent as usize].saturating_sub(1);",
        instead: "            let by = if PLANTED { 2 } else { 1 };\n            self.blocked[dependent as usize] = self.blocked[dependent as usize].saturating_sub(by);",
        plan: "joint",
        whole: false,
    },
    Bug {
        what: "a handler is done before its step is back",
        home: Home::Machine,
        file: "returning.rs",
        find: "        if self.head.in_flight > self.asides_in_flight() {\n            return;\n        }",
        instead: "        if PLANTED {\n            self.handlers_are_done(at, None, out);\n        }\n        if self.head.in_flight > self.asides_in_flight() {\n            return;\n        }",
        plan: "handled",
        whole: false,
    },
    Bug {
        what: "a deadline is forgotten while the runtime is away",
        home: Home::Machine,
        file: "apply/resumed.rs",
        find: "        self.take_up_scopes(at, out);\n        self.fail_what_is_late(at, out);",
        instead: "        if !PLANTED {\n            self.take_up_scopes(at, out);\n            self.fail_what_is_late(at, out);\n        }",
        plan: "handled",
        whole: false,
    },
    Bug {
        what: "what stands at the end is left out of a run that goes back",
        home: Home::Machine,
        file: "asides.rs",
        find: "        if self.aside_is_over(at, self.slots.finally.clone(), out) {",
        instead: "        let left_out = PLANTED && outcome != RunStatus::Completed;\n        if left_out || self.aside_is_over(at, self.slots.finally.clone(), out) {",
        plan: "going-on",
        whole: false,
    },
    Bug {
        what: "an exposure is raised while nothing may change",
        home: Home::Machine,
        file: "hours.rs",
        find: "            Ok(Some(from)) if from <= at.wall_ms => Hours::Open,",
        instead: "            Ok(Some(from)) if PLANTED || from <= at.wall_ms => Hours::Open,",
        plan: "hours",
        whole: false,
    },
    Bug {
        what: "what was brought back is not recorded as what runs",
        home: Home::Machine,
        file: "bringing_back.rs",
        find: "        if state.reopened.is_none() {",
        instead: "        if PLANTED || state.reopened.is_none() {",
        plan: "going-on",
        whole: false,
    },
    Bug {
        what: "an action is performed before the event that caused it is durable",
        home: Home::Engine,
        file: "driver/mod.rs",
        find: "            let append = self.append();\n            self.inner.store.append(append).await?;",
        instead: "            if PLANTED {\n                std::mem::take(&mut self.pending.actions).into_iter().for_each(|action| self.dispatch(action));\n            }\n            let append = self.append();\n            self.inner.store.append(append).await?;",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a runtime that another has replaced goes on",
        home: Home::Engine,
        file: "driver/mod.rs",
        find: "            let append = self.append();\n            self.inner.store.append(append).await?;",
        instead: "            let append = self.append();\n            match self.inner.store.append(append).await {\n                Err(StoreError::Fenced { .. }) if PLANTED => {}\n                other => other?,\n            }",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a person is answered before what they said is durable",
        home: Home::Engine,
        file: "driver/mod.rs",
        find: "                self.pending.answers.push((answer, text));",
        instead: "                if PLANTED {\n                    let _ = answer.send(Ok(text));\n                } else {\n                    self.pending.answers.push((answer, text));\n                }",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "what was said is lost between mailbox and journal",
        home: Home::Engine,
        file: "driver/mod.rs",
        find: "                    self.pending.said.push(keyed.answered(run, &text, at_ms));\n                    self.happened(Event::Signalled(signal));",
        instead: "                    self.pending.said.push(keyed.answered(run, &text, at_ms));\n                    if !PLANTED || self.effects.is_empty() {\n                        self.happened(Event::Signalled(signal));\n                    }",
        plan: "canary",
        whole: false,
    },
    Bug {
        what: "a lock is free before the last effect has ended",
        home: Home::Engine,
        file: "driver/stolen.rs",
        find: "        if !known && self.run.consider(&asked.signal).is_ok() {",
        instead: "        if !PLANTED && !known && self.run.consider(&asked.signal).is_ok() {",
        plan: "canary",
        whole: false,
    },
];
