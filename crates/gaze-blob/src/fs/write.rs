//! A writer: one thread that owns the temporary file, fed with pieces beside the digest threads.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use bytes::Bytes;
use tokio::sync::oneshot;

use super::layout::Layout;
use super::publish::Unpublished;
use crate::background::{Manners, Work};
use crate::error::{BlobError, BlobErrorKind};
use crate::flow::{Budget, Gauge, Matter, Piece};
use crate::hashing::Lanes;
use crate::key::Key;
use crate::store::{BoxFuture, MAX_BLOB_BYTES, Meta, Stored, WriteOptions, Writer};

const OP: &str = "write the blob";

/// What the file thread is told. When nobody can tell it anything more it discards the file.
enum Command {
    Append(Piece),
    /// Make the bytes durable.
    Seal(oneshot::Sender<Meta>),
    /// Make the blob visible, and the name durable.
    Publish(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(super) struct FsWriter {
    key: Key,
    expected_len: Option<u64>,
    len: u64,
    budget: Budget,
    lanes: Lanes,
    commands: Sender<Command>,
    /// Yields the error that ended the file thread, or closes when it ended without one.
    failure: oneshot::Receiver<BlobError>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    /// A call has begun and has not ended.
    Busy,
    Failed,
}

/// Starts the file thread and waits for its temporary file.
pub(super) async fn begin(
    layout: &Arc<Layout>,
    gauge: &Arc<Gauge>,
    key: &Key,
    options: WriteOptions,
) -> Result<FsWriter, BlobError> {
    if options.expected_len.is_some_and(|len| len > MAX_BLOB_BYTES) {
        return Err(wrong_length(
            key,
            "more bytes are announced than a blob may have",
        ));
    }
    let work = Work::Writer(Arc::clone(gauge));
    let lanes = Lanes::start(options.digests, &work)?;
    let (commands, queue) = channel();
    let (failed, failure) = oneshot::channel();
    let (ready, is_ready) = oneshot::channel();
    let (layout, named) = (Arc::clone(layout), key.clone());
    thread::Builder::new()
        .name("gaze-write".into())
        .spawn(move || match Unpublished::create(&layout, &named, OP) {
            Ok(file) => {
                ready.send(Ok(())).ok();
                if let Err(error) = run(file, &queue, Manners::new(work)) {
                    failed.send(error).ok();
                }
            }
            Err(error) => {
                ready.send(Err(error)).ok();
            }
        })
        .map_err(|error| {
            BlobError::new(BlobErrorKind::Unavailable, OP)
                .of(key)
                .because(error)
        })?;
    is_ready
        .await
        .map_err(|ended| BlobError::new(BlobErrorKind::Io, OP).because(ended))??;
    Ok(FsWriter {
        key: key.clone(),
        expected_len: options.expected_len,
        len: 0,
        budget: Budget::new(Arc::clone(gauge)),
        lanes,
        commands,
        failure,
        state: State::Ready,
    })
}

/// The file thread. Answers are dropped if nobody waits for them any more.
fn run(
    mut file: Unpublished,
    queue: &Receiver<Command>,
    mut manners: Manners,
) -> Result<(), BlobError> {
    while let Ok(command) = queue.recv() {
        manners.mind();
        match command {
            Command::Append(piece) => match piece.matter() {
                Matter::Data(chunks) => file.write(chunks)?,
                Matter::Zeros(len) => file.hole(*len),
            },
            Command::Seal(answer) => {
                answer.send(file.seal()?).ok();
            }
            Command::Publish(answer) => {
                file.publish()?;
                answer.send(()).ok();
                return Ok(());
            }
        }
    }
    file.discard()
}

impl FsWriter {
    /// Checks that the writer may go on and marks it busy until the call has succeeded.
    fn enter(&mut self) -> Result<(), BlobError> {
        let why = match std::mem::replace(&mut self.state, State::Busy) {
            State::Ready => return Ok(()),
            State::Busy => "an earlier call was dropped before it ended",
            State::Failed => "an earlier call failed",
        };
        Err(BlobError::new(BlobErrorKind::Interrupted, OP)
            .of(&self.key)
            .because(why))
    }

    async fn append(&mut self, data: Bytes, zeros: u64) -> Result<(), BlobError> {
        self.enter()?;
        let result = self.append_all(data, zeros).await;
        self.state = if result.is_ok() {
            State::Ready
        } else {
            State::Failed
        };
        result
    }

    /// Appends the data and then the zeros.
    async fn append_all(&mut self, mut data: Bytes, mut zeros: u64) -> Result<(), BlobError> {
        let most = self.expected_len.unwrap_or(MAX_BLOB_BYTES);
        let len = self.len.checked_add(data.len() as u64);
        self.len = match len.and_then(|len| len.checked_add(zeros)) {
            Some(len) if len <= most => len,
            _ => return Err(wrong_length(&self.key, "more bytes came than were allowed")),
        };
        while let Some(piece) = self.budget.fill(&mut data).await? {
            self.send(piece).await?;
        }
        if zeros > 0 {
            self.send_batch().await?;
        }
        while let Some(piece) = self.budget.zeros(&mut zeros).await? {
            self.send(piece).await?;
        }
        Ok(())
    }

    async fn send_batch(&mut self) -> Result<(), BlobError> {
        match self.budget.batch() {
            Some(piece) => self.send(piece).await,
            None => Ok(()),
        }
    }

    /// Queues a piece on every thread, which waits for none of them.
    async fn send(&mut self, piece: Piece) -> Result<(), BlobError> {
        self.lanes.send(&piece)?;
        match self.commands.send(Command::Append(piece)) {
            Ok(()) => Ok(()),
            Err(_ended) => Err(self.failure().await),
        }
    }

    /// The error that ended the file thread.
    async fn failure(&mut self) -> BlobError {
        match (&mut self.failure).await {
            Ok(error) => error,
            Err(ended) => BlobError::new(BlobErrorKind::Io, OP)
                .of(&self.key)
                .because(ended),
        }
    }

    /// Tells the file thread something and waits for its answer.
    async fn ask<T>(
        &mut self,
        command: impl FnOnce(oneshot::Sender<T>) -> Command,
    ) -> Result<T, BlobError> {
        let (answer, answered) = oneshot::channel();
        if self.commands.send(command(answer)).is_err() {
            return Err(self.failure().await);
        }
        match answered.await {
            Ok(answer) => Ok(answer),
            Err(_ended) => Err(self.failure().await),
        }
    }

    async fn complete(mut self) -> Result<Stored, BlobError> {
        self.enter()?;
        if self
            .expected_len
            .is_some_and(|expected| expected != self.len)
        {
            return Err(wrong_length(
                &self.key,
                "fewer bytes came than were announced",
            ));
        }
        self.send_batch().await?;
        // The digest threads go on with what is queued while the file is made durable.
        let sealed = self.ask(Command::Seal).await?;
        let lanes = std::mem::replace(&mut self.lanes, Lanes::NONE);
        let digests = lanes.finish().await?;
        self.ask(Command::Publish).await?;
        Ok(Stored {
            size: sealed.size,
            allocated: sealed.allocated,
            digests,
        })
    }

    async fn give_up(self) -> Result<(), BlobError> {
        // The thread that failed, and said so, has removed its file.
        if self.failure.is_terminated() {
            return Ok(());
        }
        drop(self.commands);
        match self.failure.await {
            Ok(error) => Err(error),
            Err(_ended_well) => Ok(()),
        }
    }
}

impl Writer for FsWriter {
    fn write(&mut self, chunk: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(self.append(chunk, 0))
    }

    fn zeros(&mut self, len: u64) -> BoxFuture<'_, Result<(), BlobError>> {
        Box::pin(self.append(Bytes::new(), len))
    }

    fn finish(self: Box<Self>) -> BoxFuture<'static, Result<Stored, BlobError>> {
        Box::pin((*self).complete())
    }

    fn abort(self: Box<Self>) -> BoxFuture<'static, Result<(), BlobError>> {
        Box::pin((*self).give_up())
    }
}

fn wrong_length(key: &Key, why: &'static str) -> BlobError {
    BlobError::new(BlobErrorKind::WrongLength, OP)
        .of(key)
        .because(why)
}
