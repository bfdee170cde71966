//! Values of secrets in a file that only its owner can read.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use engine::{Error, Remedy};
use model::{AppName, Digest, EnvironmentKind};
use serde::{Deserialize, Serialize};

use crate::world::Secrets;

/// Values of secrets, kept in a JSON file with mode 0600.
#[derive(Debug)]
pub struct SecretsFile {
    path: PathBuf,
    writing: Mutex<()>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Secret {
    name: String,
    app: Option<AppName>,
    kind: EnvironmentKind,
    value: String,
}

impl SecretsFile {
    /// The secrets in the file at `path`, which need not exist yet.
    pub fn at(path: PathBuf) -> SecretsFile {
        SecretsFile { path, writing: Mutex::new(()) }
    }

    fn read(&self) -> Result<Vec<Secret>, Error> {
        let failed =
            || Error::new(Remedy::CallOperator, format!("could not read secrets from `{}`", self.path.display()));
        match fs::read(&self.path) {
            Ok(content) => serde_json::from_slice(&content).map_err(|cause| failed().because(cause)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(cause) => Err(failed().because(cause)),
        }
    }
}

/// What tells one value of a secret from another without revealing it.
pub fn fingerprint(name: &str, value: &str) -> Digest {
    Digest::of(format!("frontage secret\n{name}\n{value}").as_bytes())
}

impl Secrets for SecretsFile {
    fn set(&self, name: &str, app: Option<&AppName>, kind: EnvironmentKind, value: &str) -> Result<(), Error> {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut secrets = self.read()?;
        secrets.retain(|secret| (secret.name.as_str(), secret.app.as_ref(), secret.kind) != (name, app, kind));
        secrets.push(Secret { name: name.to_owned(), app: app.cloned(), kind, value: value.to_owned() });
        let text = serde_json::to_vec_pretty(&secrets).expect("secrets serialise");
        write_private(&self.path, &text)
            .map_err(|cause| Error::new(Remedy::CallOperator, format!("could not keep secret `{name}`")).because(cause))
    }

    fn values(&self, app: &AppName, kind: EnvironmentKind) -> Result<BTreeMap<String, String>, Error> {
        let mut secrets = self.read()?;
        secrets.retain(|secret| secret.kind == kind && secret.app.as_ref().is_none_or(|only| only == app));
        secrets.sort_by_key(|secret| secret.app.is_some());
        Ok(secrets.into_iter().map(|secret| (secret.name, secret.value)).collect())
    }
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_apps_value_wins_and_previews_have_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secrets.json");
        let secrets = SecretsFile::at(path.clone());
        let app: AppName = "profile".parse().unwrap();
        secrets.set("KEY", Some(&app), EnvironmentKind::Production, "mine").unwrap();
        secrets.set("KEY", None, EnvironmentKind::Production, "everybody's").unwrap();
        secrets.set("KEY", None, EnvironmentKind::Preview, "previews'").unwrap();
        let value = |app: &str, kind| secrets.values(&app.parse().unwrap(), kind).unwrap()["KEY"].clone();
        assert_eq!(value("profile", EnvironmentKind::Production), "mine");
        assert_eq!(value("home", EnvironmentKind::Production), "everybody's");
        assert_eq!(value("profile", EnvironmentKind::Preview), "previews'");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_fingerprint_tells_values_apart() {
        assert_ne!(fingerprint("KEY", "a"), fingerprint("KEY", "b"));
        assert_ne!(fingerprint("KEY", "a"), fingerprint("YEK", "a"));
    }
}
