//! Commands that change something: asked of the running controller; without one, done under its lock.

use std::io::Read;

use api::control::{Answer, Request};
use controller::secrets::SecretsFile;
use controller::world::Secrets;
use controller::{commands, secrets};
use model::{Actor, AppName, EnvironmentKind, Event};
use serde_json::json;
use store::Store;

use crate::arguments::Kind;
use crate::place::Place;
use crate::report::Failure;

/// `frontage rollback`.
///
/// # Errors
/// If there is no such app or version.
pub async fn rollback(place: &Place, app: &str, version: Option<&str>, json: bool) -> Result<(), Failure> {
    let app = name(app)?;
    ask(place, &Request::Rollback { app, version: version.map(str::to_owned) }, json).await
}

/// `frontage unpin`.
///
/// # Errors
/// If there is no such app, or it is not pinned.
pub async fn unpin(place: &Place, app: &str, json: bool) -> Result<(), Failure> {
    ask(place, &Request::Unpin { app: name(app)? }, json).await
}

/// `frontage secret set`: the value is what standard input holds, without a newline at its end.
///
/// # Errors
/// If the name cannot be a variable's, or the value cannot be read or kept.
pub async fn set_secret(
    place: &Place,
    name: &str,
    app: Option<&str>,
    kind: Option<Kind>,
    json: bool,
) -> Result<(), Failure> {
    let is_variable = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if name.is_empty() || !name.bytes().all(is_variable) || name.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(Failure::unusable(format!("`{name}` cannot be a variable's name"))
            .hint("use letters, digits and `_`, not beginning with a digit"));
    }
    let app = app.map(self::name).transpose()?;
    let kinds = match kind {
        None => vec![EnvironmentKind::Production, EnvironmentKind::Preview],
        Some(Kind::Production) => vec![EnvironmentKind::Production],
        Some(Kind::Preview) => vec![EnvironmentKind::Preview],
    };
    let mut value = String::new();
    std::io::stdin()
        .read_to_string(&mut value)
        .map_err(|cause| Failure::unusable("the value cannot be read from standard input").caused_by(&cause))?;
    let value = value.strip_suffix('\n').unwrap_or(&value).to_owned();
    if value.is_empty() {
        return Err(
            Failure::unusable("the value is empty").hint(format!("printf %s VALUE | frontage secret set {name}"))
        );
    }
    ask(place, &Request::SecretSet { name: name.to_owned(), app, kinds, value }, json).await
}

/// `frontage down`.
///
/// # Errors
/// If something could not be stopped.
pub async fn down(place: &Place, json: bool) -> Result<(), Failure> {
    if place.has_controller() {
        ask(place, &Request::Down, json).await?;
        return wait_until_ended(place).await;
    }
    if !place.data.path().exists() {
        return answer(Answer::Done { said: "nothing runs".to_owned(), version: None }, json);
    }
    let _lock = place.lock()?;
    crate::up::stop_everything(place).await?;
    answer(Answer::Done { said: "everything is stopped".to_owned(), version: None }, json)
}

async fn wait_until_ended(place: &Place) -> Result<(), Failure> {
    for _ in 0..600 {
        if !place.has_controller() {
            return Ok(());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    Err(Failure::failed("the controller did not end within 60 s").hint("`frontage status` shows what it waits for"))
}

/// Asks the running controller, or stands in for it.
async fn ask(place: &Place, request: &Request, json: bool) -> Result<(), Failure> {
    if place.has_controller() {
        let said = controller::control::ask(&place.data.control_socket(), request)
            .await
            .map_err(|cause| Failure::failed("the controller does not answer").caused_by(&cause))?;
        return answer(said, json);
    }
    let _lock = place.lock()?;
    let mut store = Store::open(&place.data.database())
        .map_err(|error| Failure::unusable("the state cannot be read").caused_by(&error))?;
    answer(stand_in(place, &mut store, request)?, json)
}

/// What a controller would record; the next one acts on it.
fn stand_in(place: &Place, store: &mut Store, request: &Request) -> Result<Answer, Failure> {
    match request {
        Request::SecretSet { name, app, kinds, value } => {
            if let Some(Err(refused)) = app.as_ref().map(|app| commands::exists(store.state(), app)) {
                return Ok(refused);
            }
            let file = SecretsFile::at(place.data.secrets());
            for kind in kinds {
                file.set(name, app.as_ref(), *kind, value)
                    .map_err(|error| Failure::failed("the secret cannot be kept").caused_by(&error))?;
                let fingerprint = secrets::fingerprint(name, value);
                append(store, Event::SecretSet { name: name.clone(), app: app.clone(), kind: *kind, fingerprint })?;
            }
            Ok(Answer::Done { said: format!("secret `{name}` is set; the next `frontage up` uses it"), version: None })
        }
        Request::Rollback { app, version } => match commands::rollback(store.state(), app, version.as_deref()) {
            Ok(version) => {
                let said = format!("`{app}` is pinned to `{version}`; the next `frontage up` deploys it");
                append(store, Event::Pinned { version: version.clone() })?;
                Ok(Answer::Done { said, version: Some(version) })
            }
            Err(refused) => Ok(refused),
        },
        Request::Unpin { app } => match commands::unpin(store.state(), app) {
            Ok(event) => {
                append(store, event)?;
                Ok(Answer::Done {
                    said: format!("`{app}` follows its branch with the next `frontage up`"),
                    version: None,
                })
            }
            Err(refused) => Ok(refused),
        },
        Request::Wake { .. } | Request::Down => {
            Err(Failure::failed("no controller is running").hint("`frontage up` starts it"))
        }
    }
}

/// Appends what an operator did.
///
/// # Errors
/// If the log cannot be written.
pub fn append(store: &mut Store, event: Event) -> Result<(), Failure> {
    let now_ms = crate::now_ms();
    let appended = store.append(Actor::Operator, event, now_ms);
    appended.map(drop).map_err(|error| Failure::failed("the log cannot be written").caused_by(&error))
}

fn answer(answer: Answer, json: bool) -> Result<(), Failure> {
    match answer {
        Answer::Done { said, version } => {
            let value = json!({"done": said, "version": version.map(|version| version.to_string())});
            crate::queries::print(json, &value, || vec![said]);
            Ok(())
        }
        Answer::Refused { error, because, hint } => {
            let mut failure = Failure::unusable(error);
            failure = because.into_iter().fold(failure, Failure::because);
            Err(hint.into_iter().fold(failure, Failure::hint))
        }
    }
}

fn name(app: &str) -> Result<AppName, Failure> {
    app.parse()
        .map_err(|_| Failure::unusable(format!("no app called `{app}`")).hint("`frontage status` lists the apps"))
}
