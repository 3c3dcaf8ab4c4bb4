//! JSON that is put together of what was written before.

use std::ops::RangeInclusive;
use std::sync::{Mutex, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;

/// The head, the parts with a comma between any two, and the tail: in one buffer that is as long as
/// it has to be.
///
/// Parts are kept by whoever wrote them, and lists that many ask for are made of the same ones over
/// and over. So a text is kept that was asked for twice, and given again for the very same parts.
pub fn joined(head: &str, parts: &[Bytes], tail: &str) -> Bytes {
    let length = length(head, parts, tail);
    if !WORTH_KEEPING.contains(&length) {
        return join(head, parts, tail, length);
    }
    let trace = trace(head, parts, tail);
    let slot = usize::try_from(trace % SLOTS as u64).unwrap_or(0);
    let mut slot = KEPT[slot].lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(kept) = &slot.kept
        && kept.is_of(head, parts, tail)
    {
        return kept.whole.clone();
    }
    let again = slot.last == trace;
    slot.last = trace;
    if !again {
        drop(slot);
        return join(head, parts, tail, length);
    }
    let whole = join(head, parts, tail, length);
    slot.kept = Some(Kept {
        head: head.into(),
        parts: parts.into(),
        tail: tail.into(),
        whole: whole.clone(),
    });
    whole
}

/// Texts that are kept, each in a place of its own: the next one in its place replaces it.
const SLOTS: usize = 32;
/// Bytes of such a text. Shorter ones are joined as soon as they are found.
const WORTH_KEEPING: RangeInclusive<usize> = 8 << 10..=192 << 10;

static KEPT: [Mutex<Slot>; SLOTS] = [const {
    Mutex::new(Slot {
        last: 0,
        kept: None,
    })
}; SLOTS];

struct Slot {
    /// The trace of what was joined last.
    last: u64,
    kept: Option<Kept>,
}

struct Kept {
    head: Box<str>,
    /// Held, so that nothing else can be where they are.
    parts: Box<[Bytes]>,
    tail: Box<str>,
    whole: Bytes,
}

impl Kept {
    fn is_of(&self, head: &str, parts: &[Bytes], tail: &str) -> bool {
        let same = |(kept, part): (&Bytes, &Bytes)| place(kept) == place(part);
        self.parts.len() == parts.len()
            && self.parts.iter().zip(parts).all(same)
            && *self.head == *head
            && *self.tail == *tail
    }
}

fn place(part: &Bytes) -> (usize, usize) {
    (part.as_ptr().addr(), part.len())
}

/// A number that the same parts have in common, and others hardly ever.
fn trace(head: &str, parts: &[Bytes], tail: &str) -> u64 {
    // Odd, with bits all over it: 2^64 through pi.
    const MIX: u64 = 0x517c_c1b7_2722_0a95;
    let mix = |sum: u64, more: usize| (sum.rotate_left(5) ^ more as u64).wrapping_mul(MIX);
    let ends = mix(mix(0, head.len()), tail.len());
    let sum = parts.iter().fold(ends, |sum, part| {
        let (at, length) = place(part);
        mix(mix(sum, at), length)
    });
    sum ^ (sum >> 32)
}

fn length(head: &str, parts: &[Bytes], tail: &str) -> usize {
    let commas = parts.len().saturating_sub(1);
    head.len() + parts.iter().map(Bytes::len).sum::<usize>() + commas + tail.len()
}

fn join(head: &str, parts: &[Bytes], tail: &str, length: usize) -> Bytes {
    let mut whole = Vec::with_capacity(length);
    whole.extend_from_slice(head.as_bytes());
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            whole.push(b',');
        }
        whole.extend_from_slice(part);
    }
    whole.extend_from_slice(tail.as_bytes());
    whole.into()
}

/// 200 with a JSON document that is written already.
pub fn written(json: Bytes) -> Response {
    let mut response = Response::new(Body::from(json));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_their_order_and_nothing_is_left_over() {
        for (parts, expected) in [
            (&[][..], "[]"),
            (&["1"][..], "[1]"),
            (&["1", "{}", "\"ä\""][..], "[1,{},\"ä\"]"),
        ] {
            let parts: Vec<Bytes> = parts
                .iter()
                .map(|part| Bytes::from_static(part.as_bytes()))
                .collect();
            let whole = joined("[", &parts, "]");
            assert_eq!(whole, expected);
            let vec = Vec::from(whole);
            assert_eq!(vec.capacity(), vec.len());
        }
    }

    #[test]
    fn the_same_parts_are_joined_once_and_equal_ones_are_not_mistaken_for_them() {
        let parts = |letter: u8| {
            vec![
                Bytes::from(vec![letter; 5_000]),
                Bytes::from(vec![b'z'; 5_000]),
            ]
        };
        let one = parts(b'a');
        let at = |whole: &Bytes| whole.as_ptr().addr();
        let first = joined("[", &one, "]");
        let second = joined("[", &one, "]");
        assert_ne!(at(&first), at(&second));
        assert_eq!(at(&second), at(&joined("[", &one, "]")));
        assert_eq!(first, second);
        for (head, parts, tail) in [
            ("{", one.clone(), "]"),
            ("[", one.clone(), "}"),
            ("[", vec![one[1].clone(), one[0].clone()], "]"),
            ("[", vec![one[0].clone()], "]"),
            ("[", vec![one[0].slice(..4_999), one[1].clone()], "]"),
            ("[", parts(b'b'), "]"),
        ] {
            let length = length(head, &parts, tail);
            for _ in 0..3 {
                let whole = joined(head, &parts, tail);
                assert_eq!(whole, join(head, &parts, tail, length));
                assert_ne!(at(&whole), at(&second));
            }
        }
    }
}
