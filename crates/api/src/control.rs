//! What commands ask of a running controller over `control.sock`: one JSON object a line each way.

use model::{AppName, EnvironmentKind, EnvironmentName, Version};
use serde::{Deserialize, Serialize};

/// What a command asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "ask")]
pub enum Request {
    /// Pin production's `app` to `version`, or to the one before what is live.
    Rollback {
        /// The app.
        app: AppName,
        /// The first digits of a version's key, if one was named.
        version: Option<String>,
    },
    /// Take the app's pin away.
    Unpin {
        /// The app.
        app: AppName,
    },
    /// Give apps a secret: kept, and deployed as a new release wherever it is used.
    SecretSet {
        /// Its name.
        name: String,
        /// The app that is given it; every app if none.
        app: Option<AppName>,
        /// The kinds of environment that are given it.
        kinds: Vec<EnvironmentKind>,
        /// Its value.
        value: String,
    },
    /// Wake a preview, as a request to its host does.
    Wake {
        /// The preview.
        environment: EnvironmentName,
    },
    /// Stop everything: drain, then end.
    Down,
}

/// What the controller answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "answer")]
pub enum Answer {
    /// It is done, or under way and recorded.
    Done {
        /// What a person reads.
        said: String,
        /// The version concerned, if one is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<Version>,
    },
    /// It was refused and nothing was changed.
    Refused {
        /// What failed, on what.
        error: String,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<String>,
        /// What to do.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hint: Option<String>,
    },
}
