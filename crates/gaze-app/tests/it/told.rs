//! What a face has written of candidates is told again as long as it is true, and to those alone
//! for whom it is.

use std::sync::atomic::{AtomicU32, Ordering};

use gaze_app::{NewImage, Rendering};
use gaze_domain::{Caller, Visibility};
use gaze_testkit::World;

use crate::export::exported;
use crate::harness::worlds;

const FORM: Rendering = Rendering {
    face: "a face",
    variant: 0,
    names: 1,
};

struct Face<'a> {
    world: &'a World,
    written: AtomicU32,
}

impl Face<'_> {
    /// The names of the candidates, and how often something was written for this answer.
    async fn told(&self, caller: &Caller, form: Rendering) -> (Option<String>, u32) {
        self.written.store(0, Ordering::Relaxed);
        let app = &self.world.app;
        let told = app.told_candidates(caller, self.world.machine.id, form, |images| {
            self.written.fetch_add(1, Ordering::Relaxed);
            let names: Vec<&str> = images.iter().map(|image| image.name.as_str()).collect();
            Ok(names.join(" ").into())
        });
        let told = told.await.unwrap();
        let text = told.map(|told| {
            let text = String::from_utf8(told.text.to_vec()).unwrap();
            assert_eq!(text.split_whitespace().count(), told.copies.len());
            assert!(told.copies.iter().all(|copies| *copies == 1));
            text
        });
        (text, self.written.load(Ordering::Relaxed))
    }
}

fn said(text: &str, written: u32) -> (Option<String>, u32) {
    (Some(text.to_owned()), written)
}

#[tokio::test(flavor = "multi_thread")]
async fn candidates_are_written_again_when_they_are_not_what_was_told() {
    for world in worlds().await {
        let (app, caller, admin) = (&world.app, &world.tenant.caller, &world.admin.caller);
        let face = Face {
            world: &world,
            written: AtomicU32::new(0),
        };
        let one = world.image("one").await;
        assert_eq!(face.told(caller, FORM).await, said("one", 1));
        assert_eq!(face.told(caller, FORM).await, said("one", 0));
        let renamed = Rendering { names: 2, ..FORM };
        assert_eq!(face.told(caller, renamed).await, said("one", 1));
        world.image("two").await;
        assert_eq!(face.told(caller, FORM).await, said("two one", 1));
        let disabled = app.change_image_state(caller, one.id, false).await;
        disabled.unwrap();
        assert_eq!(face.told(caller, FORM).await, said("two", 1));
        assert_eq!(face.told(caller, FORM).await, said("two", 0));
        // What one is told, another is not.
        let others = NewImage {
            visibility: Visibility::Private,
            ..NewImage::named("others")
        };
        world.image_of(&world.admin, others).await;
        assert_eq!(face.told(admin, FORM).await, said("others two", 1));
        assert_eq!(face.told(caller, FORM).await, said("two", 1));
        world.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_an_image_is_exported_nothing_is_told_that_others_have_read() {
    for world in worlds().await {
        let caller = &world.tenant.caller;
        let face = Face {
            world: &world,
            written: AtomicU32::new(0),
        };
        let image = world.image("one").await;
        assert_eq!(face.told(caller, FORM).await, said("one", 1));
        let format = image.format.unwrap();
        exported(&world, &image, format).await;
        assert_eq!(face.told(caller, FORM).await, (None, 0));
        world.stop().await;
    }
}
