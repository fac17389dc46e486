//! Following newer versions of the client.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Square;
use crate::net::version;

/// Pages that stay open for days ask so often.
const ASK_EVERY: Duration = Duration::from_secs(1_800);

impl Square {
    /// Asks again and again.
    pub(super) fn follow_newer_clients(self) {
        let asking = set_interval_with_handle(move || self.look_for_newer_client(), ASK_EVERY);
        on_cleanup(move || {
            if let Ok(asking) = asking {
                asking.clear();
            }
        });
    }

    /// A server that was away may be a newer one. While developing the page follows it at once; elsewhere the person does.
    pub(super) fn look_for_newer_client(self) {
        spawn_local(async move {
            if !version::is_stale().await {
                return;
            }
            let host = window().location().hostname().unwrap_or_default();
            if matches!(host.as_str(), "localhost" | "127.0.0.1" | "[::1]") {
                // A page that cannot reload is on its way out.
                let _ = window().location().reload();
            }
            // The page may be gone by now.
            let _ = self.stale.try_set(true);
        });
    }
}
