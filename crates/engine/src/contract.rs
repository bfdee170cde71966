//! What the traits mean beyond their types, as tests that every driver runs.

use std::time::Duration;

use model::InstanceId;

use crate::{InstanceSpec, InstanceState, Probe, Runtime};

/// Checks a runtime against what [`Runtime`] promises. `server` is a spec of an instance that listens on
/// `PORT` and answers `GET /` with 200.
///
/// # Panics
/// If the driver breaks a promise.
pub async fn runtime(driver: &dyn Runtime, server: &InstanceSpec) {
    let instance = &server.instance;
    remove_is_repeatable(driver, instance).await;

    driver.ensure(server).await.expect("an instance starts");
    driver.ensure(server).await.expect("ensuring twice is ensuring once");
    let listed = driver.list().await.expect("instances can be listed");
    let found: Vec<_> = listed.iter().filter(|observed| &observed.instance == instance).collect();
    assert_eq!(found.len(), 1, "an instance is listed once: {listed:?}");
    assert_eq!(found[0].state, InstanceState::Running);

    assert_eq!(answer(driver, instance).await, Probe::Answered(200));
    remove_is_repeatable(driver, instance).await;
    let gone = driver.probe(instance, "/", "localhost", Duration::from_secs(1)).await;
    assert_eq!(gone, Probe::Gone, "a removed instance answers nothing");
}

async fn remove_is_repeatable(driver: &dyn Runtime, instance: &InstanceId) {
    for _ in 0..2 {
        driver.remove(instance, Duration::from_secs(2)).await.expect("removing what is absent succeeds");
        let listed = driver.list().await.expect("instances can be listed");
        assert!(listed.iter().all(|observed| &observed.instance != instance), "{instance} is still there");
    }
}

async fn answer(driver: &dyn Runtime, instance: &InstanceId) -> Probe {
    let mut last = Probe::NotListening;
    for _ in 0..200 {
        last = driver.probe(instance, "/", "localhost", Duration::from_secs(1)).await;
        if matches!(last, Probe::Answered(_)) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    last
}
