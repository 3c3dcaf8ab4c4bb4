use gaze_domain::testing;
use uuid::Uuid;

use super::*;

fn id(n: u128) -> ImageId {
    ImageId::new(Uuid::from_u128(n))
}

fn read(n: u128) -> Read {
    let image = Image {
        id: id(n),
        description: Some("x".repeat(500)),
        ..testing::image()
    };
    Read {
        revision: Revision::default(),
        image,
        missed: None,
        exported: false,
    }
}

fn form(face: &'static str, names: u64) -> Rendering {
    Rendering {
        face,
        variant: 0,
        names,
    }
}

fn written(kept: &KeptImage, form: Rendering, text: &str) -> Bytes {
    let made: Result<_, ()> = kept.rendered(form, |_kept| Ok(text.into()));
    made.unwrap()
}

#[test]
fn what_is_kept_takes_no_more_than_it_may() {
    let most = 100 * weight(&read(1).image);
    let shelf = Shelf::new(most);
    let taken = || shelf.taken.load(Ordering::Relaxed);
    shelf.put((0..90).map(read).collect());
    assert!(taken() <= most);
    // What was asked for since stays, and of the others the first go.
    assert!((0..10).all(|n| shelf.find(id(n)).is_some()));
    shelf.put((90..140).map(read).collect());
    assert!(shelf.find(id(139)).is_some());
    assert!(taken() <= most, "{} of {most}", taken());
    assert!((0..10).all(|n| shelf.find(id(n)).is_some()));
    assert!(shelf.find(id(10)).is_none());
    // What faces make of images counts.
    for n in 0..140 {
        if let Some(kept) = shelf.find(id(n)) {
            written(&kept, form("a", 0), &"y".repeat(most / 20));
        }
    }
    shelf.make_room();
    assert!(taken() <= most, "{} of {most}", taken());
}

#[test]
fn nothing_is_counted_that_is_gone() {
    let shelf = Shelf::new(usize::MAX);
    let taken = Arc::clone(&shelf.taken);
    let mut page = shelf.put((0..10).map(read).collect());
    for kept in &page {
        written(kept, form("a", 0), "text");
    }
    drop(shelf);
    page.truncate(1);
    let own = weight(page[0].image()) + "text".len();
    assert_eq!(taken.load(Ordering::Relaxed), own);
    drop(page);
    assert_eq!(taken.load(Ordering::Relaxed), 0);
}

#[test]
fn a_form_is_made_once_and_anew_for_other_names() {
    let shelf = Shelf::new(usize::MAX);
    let kept = shelf.put(vec![read(1)]).remove(0);
    assert_eq!(written(&kept, form("a", 1), "first"), "first");
    assert_eq!(written(&kept, form("a", 1), "never made"), "first");
    assert_eq!(written(&kept, form("b", 1), "another face"), "another face");
    assert_eq!(written(&kept, form("a", 2), "renamed"), "renamed");
    assert_eq!(written(&kept, form("a", 1), "as before"), "as before");
    assert_eq!(written(&kept, form("b", 1), "never made"), "another face");
    let refused = kept.rendered(form("c", 1), |_kept| Err("no"));
    assert_eq!(refused, Err("no"));
    let forms = kept.renderings.lock().unwrap();
    assert_eq!(forms.len(), 2);
}

#[test]
fn a_shelf_without_room_keeps_nothing() {
    let shelf = Shelf::new(0);
    assert_eq!(shelf.put(vec![read(1)]).len(), 1);
    assert!(shelf.find(id(1)).is_none());
}
