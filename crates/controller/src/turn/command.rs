//! Commands of people.

use api::control::{Answer, Request};
use model::{Actor, EnvironmentKind, Event};
use store::StoreError;

use super::Controller;
use crate::{commands, secrets};

impl Controller {
    pub(super) fn command(&mut self, request: Request) -> Result<Answer, StoreError> {
        let done = |said: String| Answer::Done { said, version: None };
        match request {
            Request::Rollback { app, version } => match commands::rollback(self.state(), &app, version.as_deref()) {
                Ok(version) => {
                    self.record(Actor::Operator, Event::Pinned { version: version.clone() })?;
                    let said = format!("`{app}` is pinned to `{version}`; `frontage unpin {app}` lets it follow again");
                    Ok(Answer::Done { said, version: Some(version) })
                }
                Err(refused) => Ok(refused),
            },
            Request::Unpin { app } => match commands::unpin(self.state(), &app) {
                Ok(event) => {
                    self.record(Actor::Operator, event)?;
                    Ok(done(format!("`{app}` follows its branch again")))
                }
                Err(refused) => Ok(refused),
            },
            Request::SecretSet { name, app, kinds, value } => self.set_secret(name, app, kinds, &value),
            Request::Wake { environment } => {
                let woken = self.wake(&environment, Actor::Operator)?;
                Ok(done(if woken { format!("`{environment}` wakes") } else { format!("`{environment}` is awake") }))
            }
            Request::Down => {
                self.stopping = true;
                Ok(done("everything is being stopped".to_owned()))
            }
        }
    }

    fn set_secret(
        &mut self,
        name: String,
        app: Option<model::AppName>,
        kinds: Vec<EnvironmentKind>,
        value: &str,
    ) -> Result<Answer, StoreError> {
        if let Some(Err(refused)) = app.as_ref().map(|app| commands::exists(self.state(), app)) {
            return Ok(refused);
        }
        for kind in kinds {
            if let Err(error) = self.world.secrets.set(&name, app.as_ref(), kind, value) {
                return Ok(Answer::Refused {
                    error: error.to_string(),
                    because: std::error::Error::source(&error).map(ToString::to_string),
                    hint: None,
                });
            }
            let fingerprint = secrets::fingerprint(&name, value);
            let event = Event::SecretSet { name: name.clone(), app: app.clone(), kind, fingerprint };
            self.record(Actor::Operator, event)?;
        }
        let unseen = if graph::plan::is_public(&name) {
            "; no build sees it: what pages hold is set under `[apps.NAME.env]`, or given by `--env-file`"
        } else {
            ""
        };
        Ok(Answer::Done { said: format!("secret `{name}` is set{unseen}"), version: None })
    }
}
