//! The one file of a form (`multipart/form-data`, RFC 7578), as a stream.
//!
//! Fields without a file name are passed over; a second file, or a form that ends too early,
//! breaks the stream, so that what came before does not count as complete.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use gaze_app::BodyStream;
use multer::{Field, Multipart};

/// Most bytes beside the file: heads of parts, other fields, boundaries.
const MAX_BESIDE: u64 = 1 << 20;
/// Most parts of a form.
const MAX_PARTS: usize = 32;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The boundary that a `Content-Type` names.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    multer::parse_boundary(content_type).ok()
}

/// Streams the file of the form. Fails if there is none or more than one, if the form is cut short,
/// and if there is more than [`MAX_BESIDE`] around it.
pub(super) fn file(body: BodyStream, boundary: String) -> BodyStream {
    let allowed = Arc::new(AtomicU64::new(MAX_BESIDE));
    let paced = Paced {
        body,
        allowed: Arc::clone(&allowed),
        rest: false,
    };
    let form = Form {
        parts: Multipart::new(paced, boundary),
        allowed,
    };
    Box::pin(stream::unfold(State::Before(form), |state| async move {
        match state.step().await {
            Ok(None) => None,
            Ok(Some((chunk, state))) => Some((Ok(chunk), state)),
            Err(error) => Some((Err(error), State::Over)),
        }
    }))
}

struct Form {
    parts: Multipart<'static>,
    allowed: Arc<AtomicU64>,
}

enum State {
    Before(Form),
    Within(Form, Box<Field<'static>>),
    Over,
}

impl State {
    async fn step(self) -> Result<Option<(Bytes, Self)>, BoxError> {
        let (mut form, mut file) = match self {
            Self::Before(mut form) => match form.next_file().await? {
                Some(file) => (form, Box::new(file)),
                None => return Err("the form holds no file".into()),
            },
            Self::Within(form, file) => (form, file),
            Self::Over => return Ok(None),
        };
        form.allowed.store(u64::MAX, Ordering::Relaxed);
        if let Some(chunk) = file.next().await {
            return Ok(Some((chunk?, Self::Within(form, file))));
        }
        drop(file);
        form.allowed.store(MAX_BESIDE, Ordering::Relaxed);
        match form.next_file().await? {
            None => Ok(None),
            Some(_second) => Err("the form holds more than one file".into()),
        }
    }
}

impl Form {
    /// The next part that is a file; `None` if the form ends as it should without another.
    async fn next_file(&mut self) -> Result<Option<Field<'static>>, BoxError> {
        for _ in 0..MAX_PARTS {
            match self.parts.next_field().await? {
                Some(part) if part.file_name().is_some() => return Ok(Some(part)),
                Some(_other) => {}
                None => return Ok(None),
            }
        }
        Err(format!("the form has more than {MAX_PARTS} fields").into())
    }
}

/// A body that says "not yet" after each chunk: the parser takes all it can get before it looks at
/// it, and would else hold as much as the client can send.
struct Paced {
    body: BodyStream,
    /// Bytes that may come until the parser is told otherwise.
    allowed: Arc<AtomicU64>,
    rest: bool,
}

impl Stream for Paced {
    type Item = Result<Bytes, BoxError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.rest {
            self.rest = false;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let polled = self.body.as_mut().poll_next(context);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            let allowed = self.allowed.load(Ordering::Relaxed);
            if allowed == 0 {
                let text = format!("the form has more than {MAX_BESIDE} bytes beside its file");
                return Poll::Ready(Some(Err(text.into())));
            }
            if allowed != u64::MAX {
                let left = allowed.saturating_sub(chunk.len() as u64);
                self.allowed.store(left, Ordering::Relaxed);
            }
            self.rest = true;
        }
        polled
    }
}

#[cfg(test)]
mod tests {
    use gaze_domain::with_causes;

    use super::*;

    const TWO: &str = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n\
                       --b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"d.raw\"\r\n\
                       Content-Type: application/octet-stream\r\n\r\n";

    /// The file of a form that comes in pieces of that length.
    async fn read(form: &[u8], piece: usize) -> Result<Vec<u8>, String> {
        let pieces: Vec<Result<Bytes, BoxError>> = form
            .chunks(piece)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        let mut file = file(Box::pin(stream::iter(pieces)), "b".to_owned());
        let mut read = Vec::new();
        while let Some(chunk) = file.next().await {
            read.extend_from_slice(&chunk.map_err(|error| with_causes(error.as_ref()))?);
        }
        Ok(read)
    }

    #[tokio::test]
    async fn the_file_is_read_byte_for_byte_however_the_form_is_cut() {
        // A file that looks like the form around it.
        let content = b"\r\n--a\r\n--\r\n\0\r\n--".repeat(40);
        let form = [TWO.as_bytes(), &content, b"\r\n--b--\r\n"].concat();
        for piece in [1, 2, 3, 7, 64, form.len()] {
            assert_eq!(read(&form, piece).await.unwrap(), content, "{piece}");
        }
        let empty = [TWO.as_bytes(), b"\r\n--b--\r\n"].concat();
        assert_eq!(read(&empty, 5).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn a_form_that_is_cut_short_is_broken_wherever_that_is() {
        let form = [TWO.as_bytes(), b"content", b"\r\n--b--"].concat();
        for end in 0..form.len() - 1 {
            let broken = read(&form[..end], 16).await;
            assert!(broken.is_err(), "{end}: {broken:?}");
        }
        assert_eq!(read(&form, 16).await.unwrap(), b"content");
    }

    #[tokio::test]
    async fn forms_with_no_file_or_two_or_too_much_else_are_refused() {
        let file = "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"d\"\r\n\r\nx\r\n";
        let field = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\nx\r\n";
        for (form, reason) in [
            (format!("{field}--b--\r\n"), "no file"),
            (format!("{file}{file}--b--\r\n"), "more than one file"),
            (field.repeat(40) + "--b--\r\n", "more than 32 fields"),
            (
                format!("{field}{}", "y".repeat(3 << 20)),
                "bytes beside its file",
            ),
            (format!("--b\r\n{}", "h".repeat(3 << 20)), "bytes beside"),
        ] {
            let refused = read(form.as_bytes(), 1000).await.unwrap_err();
            assert!(refused.contains(reason), "{refused} is not {reason}");
        }
    }

    #[tokio::test]
    async fn no_more_is_taken_from_the_client_than_is_being_stored() {
        let taken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&taken);
        let endless = stream::repeat(()).map(move |()| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(Bytes::from(vec![7; 64 << 10]))
        });
        let head = stream::iter([Ok(Bytes::from_static(TWO.as_bytes()))]);
        let mut file = file(Box::pin(head.chain(endless)), "b".to_owned());
        for stored in 1..=20 {
            file.next().await.unwrap().unwrap();
            let taken = taken.load(Ordering::Relaxed);
            assert!(taken <= stored + 2, "{taken} chunks for {stored}");
        }
    }
}
