//! The rows of image queries, read page by page.

use std::collections::BTreeSet;
use std::sync::Arc;

use gaze_app::KeptImage;
use gaze_domain::list::{Condition as Ours, Field, ImageList, Start};
use gaze_domain::{Caller, ImageId};
use serde_json::Value;

use super::{CHUNK, among, translate, visible};
use crate::answer;
use crate::call::Call;
use crate::errors::{Code, Failure, api};
use crate::map;
use crate::query::{Condition, Query, reach, rows};
use crate::wire::image;

/// Images that the app lists at once.
const PAGE: u32 = 1000;
/// Most images that are read to be grouped.
const MAX_GROUPED: usize = 100_000;

/// The images of a list, by as many pages as its limit needs.
pub(crate) async fn read(call: &Call, mut list: ImageList) -> Result<Vec<Arc<KeptImage>>, Failure> {
    let caller = call.caller()?;
    let mut all = Vec::new();
    let mut left = list.limit;
    while left > 0 {
        list.limit = left.min(PAGE);
        let page = page(call, caller, &list).await?;
        let full = page.len() == list.limit as usize;
        left -= list.limit;
        if let Some(last) = page.last() {
            list.start = Start::After(last.id);
        }
        all.extend(page);
        if !full {
            break;
        }
    }
    Ok(all)
}

async fn page(
    call: &Call,
    caller: &Caller,
    list: &ImageList,
) -> Result<Vec<Arc<KeptImage>>, Failure> {
    call.app
        .list_images(caller, list.clone())
        .await
        .map_err(|error| call.failure(&error))
}

/// The JSON of images, and of each group only the first. Which group an image is in is told by its
/// JSON, so all of the list is read.
pub(crate) async fn groups(
    call: &Call,
    query: &Query,
    key: &str,
    mut list: ImageList,
) -> Result<rows::Page, Failure> {
    reach::Noun::of::<image::Image>().has(key)?;
    let caller = call.caller()?;
    let names = call
        .app
        .catalogue_names(caller)
        .await
        .map_err(|error| call.failure(&error))?;
    (list.start, list.limit) = (Start::First, PAGE);
    let mut seen = BTreeSet::new();
    let mut firsts: Vec<Value> = Vec::new();
    let mut count = 0;
    loop {
        let images = page(call, caller, &list).await?;
        count += images.len();
        if count > MAX_GROUPED {
            return Err(api(
                Code::Internal,
                format!("more than {MAX_GROUPED} images are to be grouped; add conditions"),
            ));
        }
        for image in &images {
            let row = answer::json(&map::image::inventory(image, |store| names.store(store)))?;
            if seen.insert(rows::group(&row, key)) {
                firsts.push(row);
            }
        }
        match images.last() {
            Some(last) if images.len() == PAGE as usize => list.start = Start::After(last.id),
            _ => break,
        }
    }
    let total = firsts.len() as u64;
    let start = usize::try_from(query.start).unwrap_or(usize::MAX);
    let limit = query.limit as usize;
    let rows = firsts.into_iter().skip(start).take(limit).collect();
    Ok(rows::Page { rows, total })
}

/// Of the ids of images (`far` is `uuid`), or of the backup storages of their copies, those of
/// images that meet the condition.
pub(crate) async fn keys(
    call: &Call,
    far: &str,
    condition: Condition,
    near: BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let caller = call.caller()?;
    let condition = translate(call, &condition).await?;
    let mut list = ImageList::new(visible(caller), PAGE);
    let mut met = BTreeSet::new();
    if far == "uuid" {
        let near: Vec<String> = near.into_iter().collect();
        for chunk in near.chunks(CHUNK) {
            let chunk = chunk.iter().cloned().collect();
            list.conditions = vec![condition.clone(), among(Field::Id, &chunk)];
            let images = page(call, caller, &list).await?;
            met.extend(images.iter().map(|image| ImageId::hex(image.id)));
        }
    } else {
        list.limit = 1;
        for store in near {
            list.conditions = vec![
                condition.clone(),
                Ours::eq(Field::LocationStore, store.as_str()),
            ];
            if !page(call, caller, &list).await?.is_empty() {
                met.insert(store);
            }
        }
    }
    Ok(met)
}
