//! The image layout: every layer, configuration and manifest by digest, as other tools read it.
//!
//! Source: OCI Image Format Specification 1.1, "Image Layout", "Image Manifest", "Image Configuration". Layers are
//! plain tars, and each is also kept as a folder, from which instances run.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use api::layout::DataDirectory;
use model::task::REPOSITORY_FOLDER;
use model::{App, Digest, Layer, LayerKind, Version};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::EPOCH;
use crate::files::{self, Scratch};

const LAYER_TYPE: &str = "application/vnd.oci.image.layer.v1.tar";
const CONFIG_TYPE: &str = "application/vnd.oci.image.config.v1+json";
const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX_TYPE: &str = "application/vnd.oci.image.index.v1+json";

/// Names a manifest in the index. Source: OCI Image Format Specification, "Annotations".
const NAME: &str = "org.opencontainers.image.ref.name";

/// Keeps the folder `tree` of a scratch as a layer: as a tar by digest, and as a folder.
pub fn keep_layer(data: &DataDirectory, scratch: &Scratch, tree: &str, kind: LayerKind) -> io::Result<Layer> {
    let folder = scratch.path().join(tree);
    let packed = scratch.path().join(format!("{tree}.tar"));
    let mut output = Hashing { inner: BufWriter::new(File::create(&packed)?), hash: Sha256::new(), bytes: 0 };
    write_tar(&folder, &mut output)?;
    output.inner.flush()?;
    let digest: Digest = format!("sha256:{}", hex::encode(output.hash.finalize())).parse().map_err(io::Error::other)?;
    let place = blob(data, &digest);
    if !place.exists() {
        fs::create_dir_all(place.parent().unwrap_or(Path::new("/")))?;
        fs::rename(&packed, &place)?;
    }
    scratch.publish(tree, &data.layers().join(digest.hex()))?;
    Ok(Layer { kind, digest, bytes: output.bytes })
}

/// Keeps the manifest and configuration of an image over these layers, lowest first, which is started with `command`,
/// and names it in the index.
pub fn keep_image(
    data: &DataDirectory,
    version: &Version,
    app: &App,
    command: &str,
    layers: &[Layer],
) -> io::Result<Digest> {
    let config = json!({
        "architecture": architecture(),
        "os": "linux",
        "config": {
            "User": "1000:1000",
            "WorkingDir": format!("{REPOSITORY_FOLDER}/{}", app.path),
            "Cmd": ["/bin/sh", "-c", command],
            "Env": ["PATH=/usr/local/bin:/usr/bin:/bin", "NODE_ENV=production"],
        },
        "rootfs": {"type": "layers", "diff_ids": layers.iter().map(|layer| &layer.digest).collect::<Vec<_>>()},
    });
    let config = keep_json(data, &config, CONFIG_TYPE)?;
    let described = layers.iter().map(|layer| descriptor(LAYER_TYPE, &layer.digest, layer.bytes));
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST_TYPE,
        "config": config,
        "layers": described.collect::<Vec<_>>(),
    });
    let mut described = keep_json(data, &manifest, MANIFEST_TYPE)?;
    let digest = described["digest"].as_str().unwrap_or_default().parse().map_err(io::Error::other)?;
    described["annotations"] = json!({NAME: format!("{}@{}", version.app, version.key)});
    add_to_index(data, described)?;
    Ok(digest)
}

/// Only one image at a time may be added; the caller sees to that.
fn add_to_index(data: &DataDirectory, described: Value) -> io::Result<()> {
    let place = data.images().join("index.json");
    let mut manifests: Vec<Value> = match fs::read(&place) {
        Ok(text) => serde_json::from_slice::<Value>(&text)?["manifests"].as_array().cloned().unwrap_or_default(),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(cause) => return Err(cause),
    };
    manifests.retain(|other| other["annotations"] != described["annotations"]);
    manifests.push(described);
    let index = json!({"schemaVersion": 2, "mediaType": INDEX_TYPE, "manifests": manifests});
    files::write_whole(&data.images().join("oci-layout"), br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    files::write_whole(&place, &serde_json::to_vec_pretty(&index)?)
}

fn keep_json(data: &DataDirectory, value: &Value, media_type: &str) -> io::Result<Value> {
    let text = serde_json::to_vec(value)?;
    let digest = Digest::of(&text);
    files::write_whole(&blob(data, &digest), &text)?;
    Ok(descriptor(media_type, &digest, text.len() as u64))
}

fn descriptor(media_type: &str, digest: &Digest, bytes: u64) -> Value {
    json!({"mediaType": media_type, "digest": digest, "size": bytes})
}

fn blob(data: &DataDirectory, digest: &Digest) -> std::path::PathBuf {
    data.images().join("blobs/sha256").join(digest.hex())
}

/// Go's name of this architecture, as the specification asks.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

/// The same tree gives the same bytes: sorted, owned by root, with one time for all.
fn write_tar(folder: &Path, output: &mut impl Write) -> io::Result<()> {
    let mut archive = tar::Builder::new(output);
    archive.mode(tar::HeaderMode::Deterministic);
    let mut names = Vec::new();
    folders_and_files(folder, Path::new(""), &mut names)?;
    names.sort();
    for name in names {
        let path = folder.join(&name);
        let metadata = path.symlink_metadata()?;
        let mut header = tar::Header::new_gnu();
        header.set_mtime(EPOCH);
        header.set_uid(0);
        header.set_gid(0);
        header.set_size(0);
        if metadata.is_symlink() {
            header.set_entry_type(tar::EntryType::Symlink);
            header.set_mode(0o777);
            archive.append_link(&mut header, &name, fs::read_link(&path)?)?;
        } else if metadata.is_dir() {
            header.set_entry_type(tar::EntryType::Directory);
            header.set_mode(0o755);
            archive.append_data(&mut header, &name, io::empty())?;
        } else if metadata.is_file() {
            header.set_mode(if metadata.mode() & 0o111 == 0 { 0o644 } else { 0o755 });
            header.set_size(metadata.len());
            archive.append_data(&mut header, &name, File::open(&path)?)?;
        }
    }
    archive.finish()
}

fn folders_and_files(folder: &Path, below: &Path, names: &mut Vec<std::path::PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let name = below.join(entry.file_name());
        names.push(name.clone());
        if entry.file_type()?.is_dir() {
            folders_and_files(folder, &name, names)?;
        }
    }
    Ok(())
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_tree_gives_the_same_layer() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDirectory::at(folder.path());
        let keep = |order: &[&str]| {
            let scratch = Scratch::new(&data, "layer").unwrap();
            for name in order {
                files::write(&scratch.path().join("tree").join(name), name.as_bytes(), name.ends_with("sh")).unwrap();
            }
            files::link(Path::new("a.js"), &scratch.path().join("tree/link")).unwrap();
            keep_layer(&data, &scratch, "tree", LayerKind::App).unwrap()
        };
        let one = keep(&["a.js", "b/run.sh"]);
        let other = keep(&["b/run.sh", "a.js"]);
        assert_eq!(one, other);
        assert_ne!(one.digest, keep(&["a.js"]).digest);
        let tar = fs::read(blob(&data, &one.digest)).unwrap();
        assert_eq!((tar.len() as u64, Digest::of(&tar)), (one.bytes, one.digest.clone()));
        assert!(data.layers().join(one.digest.hex()).join("b/run.sh").exists());
    }
}
