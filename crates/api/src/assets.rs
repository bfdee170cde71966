//! The index of an artifact's public assets, as builds write it and the edge serves it.

use std::collections::BTreeMap;

use model::Digest;
use serde::{Deserialize, Serialize};

/// The public assets of one artifact, by the URL path under which each is served.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssetIndex {
    /// Assets by exact, percent-decoded URL path, with the leading `/`: `/catalog/assets/index-B81d04e6.js`.
    pub assets: BTreeMap<String, Asset>,
}

/// One public asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asset {
    /// The digest of its plain content, by which it is stored.
    pub digest: Digest,
    /// The size of its plain content in bytes.
    pub bytes: u64,
    /// `Content-Type`.
    pub content_type: String,
    /// Whether its name holds a hash of its content, so that it may be called immutable.
    #[serde(default)]
    pub hashed_name: bool,
    /// Which precompressed forms are stored beside it, best first.
    #[serde(default)]
    pub encodings: Vec<Encoding>,
}

/// A precompressed form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// Brotli (RFC 7932), stored with `.br` appended.
    Br,
    /// gzip (RFC 1952), stored with `.gz` appended.
    Gzip,
}
