//! Refs: what they say now, and what that means for environments.

use engine::Error;
use model::{Actor, EnvironmentName};
use store::StoreError;

use super::{Controller, Input, chain};
use crate::refs;
use crate::world::{Commit, Refs};

impl Controller {
    pub(super) fn look_at_refs(&mut self) {
        if std::mem::replace(&mut self.reading_refs, true) {
            return;
        }
        let source = self.world.source.clone();
        let last = self.state().production().and_then(|production| production.head()).map(|head| head.commit.clone());
        self.act(async move {
            let read = async {
                let refs = source.refs().await?;
                let commits = match refs.branches.get(&refs.production) {
                    Some(head) if Some(&head.commit) != last.as_ref() => {
                        source.commits(last.as_ref(), &head.commit).await?
                    }
                    _ => Vec::new(),
                };
                Ok((refs, commits))
            };
            Input::Refs(read.await)
        });
    }

    pub(super) fn apply_refs(&mut self, result: Result<(Refs, Vec<Commit>), Error>) -> Result<(), StoreError> {
        self.reading_refs = false;
        let (read, commits) = match result {
            Ok(read) => read,
            Err(error) => {
                self.tell_trouble("reading refs", Some(chain(&error)));
                return Ok(());
            }
        };
        self.tell_trouble("reading refs", None);
        let mut events = refs::production(self.state(), &read, &commits);
        events.extend(refs::previews(self.state(), &read, &self.seen, self.now_ms() / 1000));
        if self.state().production().and_then(|production| production.newest_known()).is_some() {
            self.seen = read.branches.iter().map(|(name, branch)| (name.clone(), branch.commit.clone())).collect();
        }
        self.refs = Some(read);
        for event in events {
            self.record(Actor::Refs, event)?;
        }
        Ok(())
    }

    pub(super) fn wake(&mut self, environment: &EnvironmentName, actor: Actor) -> Result<bool, StoreError> {
        let Some(refs) = self.refs.clone() else { return Ok(false) };
        let events = refs::wake(self.state(), &refs, environment);
        let woken = !events.is_empty();
        for event in events {
            self.record(actor, event)?;
        }
        Ok(woken)
    }
}
