//! Images that were read, kept in memory for whoever reads them again.
//!
//! Nothing here is told to a client before its revision was compared with the catalogue's: see
//! `images/keep.rs`. What faces make of an image is kept with it, and goes with it.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use bytes::Bytes;
use gaze_catalog::image::{Head, Read, Revision};
use gaze_domain::{Image, ImageId, Location, StoreId};

/// An image as it was read, which is not changed any more.
#[derive(Debug)]
pub struct KeptImage {
    image: Image,
    revision: Revision,
    missed: Option<Vec<StoreId>>,
    exported: bool,
    renderings: Mutex<Vec<(Rendering, Bytes)>>,
    /// Whether it was asked for since the last search for room.
    used: AtomicBool,
    /// Bytes that it takes, counted in `taken` as long as it lives.
    weight: AtomicUsize,
    taken: Arc<AtomicUsize>,
}

impl std::ops::Deref for KeptImage {
    type Target = Image;

    fn deref(&self) -> &Image {
        &self.image
    }
}

/// Which of the forms in which an image is told: with the image itself, all that the form is made
/// of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendering {
    pub face: &'static str,
    /// One of the face's own.
    pub variant: u32,
    /// [`crate::Names::generation`], or any constant of forms that name no places.
    pub names: u64,
}

/// Most forms of one image that are kept: more than all faces have.
const MOST_RENDERINGS: usize = 12;

impl KeptImage {
    fn new(read: Read, taken: &Arc<AtomicUsize>) -> Self {
        let weight = weight(&read.image);
        taken.fetch_add(weight, Ordering::Relaxed);
        Self {
            image: read.image,
            revision: read.revision,
            missed: read.missed,
            exported: read.exported,
            renderings: Mutex::default(),
            used: AtomicBool::new(false),
            weight: AtomicUsize::new(weight),
            taken: Arc::clone(taken),
        }
    }

    pub fn image(&self) -> &Image {
        &self.image
    }

    pub(crate) fn revision(&self) -> Revision {
        self.revision
    }

    /// If it was to be kept in certain stores: those that were missed the last time.
    pub fn missed_stores(&self) -> Option<&[StoreId]> {
        self.missed.as_deref()
    }

    /// Whether there are exports of it, in whatever state.
    pub fn is_exported(&self) -> bool {
        self.exported
    }

    /// What the image is in that form, made only if nobody has made it before.
    pub fn rendered<E>(
        &self,
        form: Rendering,
        make: impl FnOnce(&Self) -> Result<Vec<u8>, E>,
    ) -> Result<Bytes, E> {
        if let Some(found) = self.find(form) {
            return Ok(found);
        }
        // Its own allocation, not longer than it has to be: it may stay for long.
        let made = Bytes::from(make(self)?.into_boxed_slice());
        let mut kept = self
            .renderings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        // With other names than now nobody asks for it again.
        let stale = kept.iter().position(|(other, _)| {
            (other.face, other.variant) == (form.face, form.variant)
                || kept.len() >= MOST_RENDERINGS
        });
        if let Some(stale) = stale {
            let (_, gone) = kept.swap_remove(stale);
            self.weight.fetch_sub(gone.len(), Ordering::Relaxed);
            self.taken.fetch_sub(gone.len(), Ordering::Relaxed);
        }
        kept.push((form, made.clone()));
        self.weight.fetch_add(made.len(), Ordering::Relaxed);
        self.taken.fetch_add(made.len(), Ordering::Relaxed);
        Ok(made)
    }

    fn find(&self, form: Rendering) -> Option<Bytes> {
        let kept = self
            .renderings
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(other, _)| *other == form);
        found.map(|(_, bytes)| bytes.clone())
    }
}

impl Drop for KeptImage {
    fn drop(&mut self) {
        let weight = self.weight.load(Ordering::Relaxed);
        self.taken.fetch_sub(weight, Ordering::Relaxed);
    }
}

/// Bytes that an image takes, roughly: what it is itself, its texts, and the nodes of its maps.
fn weight(image: &Image) -> usize {
    // A node of a map has room for eleven pairs, and a map of a few has one that is half empty.
    const PAIR: usize = 2 * (size_of::<String>() * 2);
    const MAP: usize = 11 * size_of::<String>() * 2;
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::capacity);
    let texts = [
        &image.description,
        &image.os.distro,
        &image.os.version,
        &image.os.guest_type,
        &image.checksums.md5,
        &image.checksums.sha256,
        &image.checksums.sha512,
        &image.failure,
    ];
    let properties = image.properties.iter();
    let properties = properties.map(|(name, value)| name.capacity() + value.capacity() + PAIR);
    let tags = image.tags.iter().map(|tag| tag.capacity() + PAIR / 2);
    let copies = image.locations.iter();
    let copies = copies.map(|copy| copy.key.capacity() + size_of::<Location>());
    size_of::<KeptImage>()
        + image.name.capacity()
        + image.source.capacity()
        + texts.into_iter().map(text).sum::<usize>()
        + properties.sum::<usize>()
        + tags.sum::<usize>()
        + copies.sum::<usize>()
        + 2 * MAP
}

/// The images that are kept, in no more than so many bytes.
#[derive(Debug)]
pub(crate) struct Shelf {
    most: usize,
    taken: Arc<AtomicUsize>,
    books: RwLock<Books>,
}

#[derive(Debug, Default)]
struct Books {
    by_id: HashMap<ImageId, Arc<KeptImage>>,
    /// Every id above, once: whose turn it is to go, unless it was asked for since its last turn.
    turns: VecDeque<ImageId>,
}

impl Shelf {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            taken: Arc::default(),
            books: RwLock::default(),
        }
    }

    /// What is kept of an image, as of whatever revision.
    pub(crate) fn find(&self, id: ImageId) -> Option<Arc<KeptImage>> {
        self.make_room();
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        books.find(id)
    }

    /// What is kept of these images at these very revisions.
    pub(crate) fn find_all(&self, heads: &[Head]) -> Vec<Option<Arc<KeptImage>>> {
        self.make_room();
        let books = self.books.read().unwrap_or_else(PoisonError::into_inner);
        let found = heads.iter().map(|head| {
            let kept = books.find(head.id)?;
            (kept.revision == head.revision).then_some(kept)
        });
        found.collect()
    }

    /// Keeps what was read, outside of any transaction, unless something newer is there. Returns
    /// what was read, in its order.
    pub(crate) fn put(&self, read: Vec<Read>) -> Vec<Arc<KeptImage>> {
        self.make_room();
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        let put = read.into_iter().map(|read| {
            let there = books.by_id.get(&read.image.id);
            if let Some(there) = there
                && there.revision == read.revision
            {
                return Arc::clone(there);
            }
            let newer = there.is_none_or(|there| there.revision < read.revision);
            let kept = Arc::new(KeptImage::new(read, &self.taken));
            if newer && self.most > 0 {
                let former = books.by_id.insert(kept.id, Arc::clone(&kept));
                if former.is_none() {
                    books.turns.push_back(kept.id);
                }
            }
            kept
        });
        put.collect()
    }

    /// Lets go of what nobody asked for, until the rest is no more than it may be. What is still in
    /// somebody's hands counts.
    fn make_room(&self) {
        let full = || self.taken.load(Ordering::Relaxed) > self.most;
        if !full() {
            return;
        }
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        while full()
            && let Some(id) = books.turns.pop_front()
        {
            let used = books
                .by_id
                .get(&id)
                .is_some_and(|kept| kept.used.swap(false, Ordering::Relaxed));
            if used {
                books.turns.push_back(id);
            } else {
                books.by_id.remove(&id);
            }
        }
    }
}

impl Books {
    fn find(&self, id: ImageId) -> Option<Arc<KeptImage>> {
        let kept = self.by_id.get(&id)?;
        // Many may read it at once: they do not take the line from each other without need.
        if !kept.used.load(Ordering::Relaxed) {
            kept.used.store(true, Ordering::Relaxed);
        }
        Some(Arc::clone(kept))
    }
}

#[cfg(test)]
mod tests;
