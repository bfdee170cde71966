//! What this machine can isolate: found by making a sandbox, not by guessing from versions.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use api::layout::DataDirectory;
use api::sandbox::{Ending, Internal, Limits, Mount, PROTOCOL, Spec, State};
use model::NetworkAccess;

use super::client;

/// What this machine gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Protections that it does not give, in words.
    pub missing: Vec<String>,
}

/// Makes a small sandbox and looks at what it lacks.
///
/// # Errors
/// If no sandbox can be made at all, in words.
pub async fn run(program: &Path, data: &DataDirectory) -> Result<Capabilities, String> {
    let folder = PathBuf::from("sandboxes/self-test");
    let whole = data.path().join(&folder);
    let failed = |what: &str, cause: std::io::Error| format!("{what}: {cause}");
    std::fs::create_dir_all(data.instance_logs()).map_err(|cause| failed("no folder for logs", cause))?;
    client::make_folder(&whole).map_err(|cause| failed("no folder for a sandbox", cause))?;
    let lower = whole.join("lower");
    client::make_folder(&lower).map_err(|cause| failed("no folder for a sandbox", cause))?;
    let spec = Spec {
        protocol: PROTOCOL,
        id: "self-test".to_owned(),
        data: data.path().to_owned(),
        folder: folder.clone(),
        log: folder.join("log"),
        mounts: vec![
            Mount::Machine,
            Mount::Overlay {
                lowers: vec![folder.join("lower")],
                upper: Some(folder.join("upper")),
                target: "/srv/repo".into(),
            },
        ],
        command: ["/bin/sh", "-c", "echo it works > /srv/repo/proof"].map(str::to_owned).to_vec(),
        folder_inside: "/".into(),
        env: BTreeMap::new(),
        network: NetworkAccess::None,
        internal: Internal::Named,
        port: None,
        limits: Limits { memory_bytes: 64 << 20, cpu_millis: 1000, cpu_weight: 0, processes: 16 },
        lifeline: true,
        time_limit_ms: Some(20_000),
        required: false,
    };
    let result = async {
        let handle = client::start(program, &spec).await.map_err(|cause| cause.to_string())?;
        let status = client::wait(&handle.folder).await.map_err(|cause| cause.to_string())?;
        match status.state {
            State::Ended(Ending { code: Some(0), .. }) if whole.join("upper/proof").exists() => Ok(status.missing),
            State::Refused { because } => Err(because),
            state => Err(format!("a sandbox was made, but its command did not work: {state:?}")),
        }
    };
    let missing = result.await;
    client::remove(&whole, Duration::ZERO).await.map_err(|cause| failed("a sandbox could not be removed", cause))?;
    missing.map(|missing| Capabilities { missing })
}
