//! The least that a server of this kind does: the limit that measurements of the service are read
//! against. `GET /` says hello, `PUT /sink` takes bytes and forgets them.
//!
//! `cargo run --release -p gaze-http --example bare -- 127.0.0.1:8000`

use std::error::Error;

use axum::Router;
use axum::body::Body;
use axum::routing::{get, put};
use futures_util::StreamExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).ok_or("an address is needed")?;
    let router = Router::new()
        .route("/", get(|| std::future::ready("hello\n")))
        .route("/sink", put(sink));
    let listener = tokio::net::TcpListener::bind(address).await?;
    axum::serve(listener, router).await?;
    Ok(())
}

/// How many bytes came.
async fn sink(body: Body) -> String {
    let mut bytes = 0;
    let mut stream = body.into_data_stream();
    while let Some(Ok(chunk)) = stream.next().await {
        bytes += chunk.len();
    }
    format!("{bytes}\n")
}
