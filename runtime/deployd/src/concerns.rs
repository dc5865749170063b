//! Tells what is not as it should be, each change once.

use engine::Concerns;
use tokio::sync::watch::Receiver;

use crate::context::note;

/// What was told.
pub(crate) struct Told {
    now: Receiver<Concerns>,
    told: Concerns,
}

impl Told {
    /// Nothing yet.
    pub(crate) fn of(now: Receiver<Concerns>) -> Self {
        Self { now, told: Concerns::new() }
    }

    /// Resolves when there is something to tell.
    pub(crate) async fn changed(&mut self) {
        if self.now.changed().await.is_err() {
            std::future::pending().await
        }
    }

    /// Tells it.
    pub(crate) fn tell(&mut self) {
        let now = self.now.borrow_and_update().clone();
        lines(&self.told, &now).iter().for_each(|line| note(line));
        self.told = now;
    }
}

fn lines(told: &Concerns, now: &Concerns) -> Vec<String> {
    let changed = now.iter().filter(|(about, concern)| told.get(*about) != Some(*concern));
    let gone = told.iter().filter(|(about, concern)| concern.environment.is_some() && !now.contains_key(*about));
    let changed = changed.map(|(_, concern)| format!("warning: {}", concern.words));
    changed.chain(gone.map(|(about, _)| format!("{about} is as it should be again"))).collect()
}

#[cfg(test)]
mod tests {
    use engine::Concern;

    use super::*;

    #[test]
    fn each_change_is_told_once() {
        let concern = |words: &str| Concern { environment: Some("local".into()), words: words.into() };
        let at = |words: &str| Concerns::from([("`shop` in `local`".to_owned(), concern(words))]);
        assert_eq!(lines(&Concerns::new(), &at("a")), ["warning: a"]);
        assert!(lines(&at("a"), &at("a")).is_empty());
        assert_eq!(lines(&at("a"), &at("b")), ["warning: b"]);
        assert_eq!(lines(&at("b"), &Concerns::new()), ["`shop` in `local` is as it should be again"]);
    }
}
