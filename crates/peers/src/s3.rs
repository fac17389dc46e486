//! An object store in this process: s3s, which checks each signature, over a folder.

use std::io::{self, Error};
use std::path::PathBuf;
use std::thread;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tower::ServiceBuilder;
use tower_http::cors::CorsLayer;

/// The one bucket.
pub const BUCKET: &str = "praca";
/// The key that opens it.
pub const ACCESS_KEY: &str = "praca-test";
/// Its secret.
pub const SECRET_KEY: &str = "not-a-secret";

/// An object store; stopped and removed when dropped.
pub struct S3 {
    url: String,
    folder: PathBuf,
    stop: Option<oneshot::Sender<()>>,
}

impl S3 {
    /// Starts one, with an empty bucket. Pages of any origin may send to it, as a bucket's own rules would say.
    ///
    /// # Errors
    /// There is no port, or no place for its files.
    pub fn start() -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let port = listener.local_addr()?.port();
        let folder = std::env::temp_dir().join(format!("praca-s3-{}-{port}", std::process::id()));
        std::fs::create_dir_all(folder.join(BUCKET))?;
        let mut service =
            S3ServiceBuilder::new(FileSystem::new(&folder).map_err(|why| Error::other(format!("{why:?}")))?);
        service.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = ServiceBuilder::new().layer(CorsLayer::very_permissive()).service(service.build());
        let service = TowerToHyperService::new(service);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
        let (stop, mut stopped) = oneshot::channel();
        thread::spawn(move || {
            runtime.block_on(async move {
                let Ok(listener) = TcpListener::from_std(listener) else { return };
                loop {
                    let accepted = tokio::select! {
                        accepted = listener.accept() => accepted,
                        _ = &mut stopped => return,
                    };
                    let Ok((stream, _)) = accepted else { continue };
                    let service = service.clone();
                    tokio::spawn(async move {
                        let server = Builder::new(TokioExecutor::new());
                        // A client that goes away is no matter.
                        let _ = server.serve_connection(TokioIo::new(stream), service).await;
                    });
                }
            });
        });
        Ok(Self { url: format!("http://127.0.0.1:{port}"), folder, stop: Some(stop) })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What tells Praça of it.
    pub fn settings(&self) -> [(&'static str, &str); 4] {
        [
            ("PRACA_S3_ENDPOINT", &self.url),
            ("PRACA_S3_BUCKET", BUCKET),
            ("PRACA_S3_ACCESS_KEY", ACCESS_KEY),
            ("PRACA_S3_SECRET_KEY", SECRET_KEY),
        ]
    }

    /// The folder of the bucket's files.
    pub fn bucket(&self) -> PathBuf {
        self.folder.join(BUCKET)
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.stop.take();
        // What is left is the system's to clean.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
