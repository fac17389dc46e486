//! `praca serve` and `praca worker`.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::say;
use crate::app::{self, App, Migrate};
use crate::clock::Clock;
use crate::config::Config;
use crate::demo;
use crate::error::{Error, Result};
use crate::http::ops;

/// Longest a graceful stop may take.
const STOP_WITHIN: Duration = Duration::from_secs(20);

/// Serves until asked to stop.
pub async fn serve(config: Config, with_demo: bool) -> Result<()> {
    if with_demo {
        demo::require_private(&config)?;
    }
    let listener = bind(config.listen).await?;
    let metrics = match config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let run_jobs = config.run_jobs;
    let app = app::build(config, Clock::system(), Migrate::Apply).await?;
    if with_demo {
        demo::load(&app).await?;
    }
    app.start();
    let stop = app.base.shutdown.clone();
    let tasks = TaskTracker::new();
    if run_jobs {
        let (app, stop) = (app.clone(), stop.clone());
        tasks.spawn(async move { app.work(stop).await });
    }
    if let Some(listener) = metrics {
        let router = ops::metrics_listener(app.base.clone());
        let stop = stop.clone();
        tasks.spawn(async move { axum::serve(listener, router).with_graceful_shutdown(stop.cancelled_owned()).await });
    }
    tasks.close();
    say(&format!("Praça is at {}", app.base.config.public_url));
    let finished = async {
        app.serve(listener, stop_when_asked(app.clone())).await;
        app.conversations.finish().await;
        tasks.wait().await;
        app.base.bus.finish().await;
    };
    let deadline = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_WITHIN).await;
    };
    tokio::select! {
        () = finished => {}
        () = deadline => tracing::warn!("some requests did not end in time"),
    }
    app.base.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Runs jobs until asked to stop.
pub async fn work(config: Config) -> Result<()> {
    config.require_shared().map_err(Error::internal)?;
    let app = app::build(config, Clock::system(), Migrate::Leave).await?;
    app.start();
    let stopping = stop_when_asked(app.clone());
    say("Working.");
    app.work(app.base.shutdown.clone()).await;
    stopping.cancelled().await;
    app.base.db.close().await;
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| Error::internal(format!("cannot listen on {address}: {error}")))
}

/// On SIGTERM or SIGINT the app shuts down; the token ends when the sockets are told and messages under way committed.
fn stop_when_asked(app: App) -> CancellationToken {
    let done = CancellationToken::new();
    let token = done.clone();
    tokio::spawn(async move {
        wait_for_signal().await;
        tracing::info!("stopping");
        app.shut_down().await;
        token.cancel();
    });
    done
}

async fn wait_for_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be watched");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
