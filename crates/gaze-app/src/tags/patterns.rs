//! Tag patterns: what tags of one sort have in common.

use std::collections::BTreeMap;

use gaze_catalog::{Failure, existence, tag, tag_pattern};
use gaze_domain::image::{check_description, check_tag};
use gaze_domain::tag::{PatternKind, TAGGED, is_system};
use gaze_domain::{Caller, Error, Noun, Result, Tag, TagPattern, TagPatternId};
use uuid::Uuid;

use super::create::give;
use super::delete::take;
use super::{check, mine};
use crate::App;
use crate::requests::{NewTagPattern, NewTags, PatternUse, PatternUsed, TagPatternPatch, TagText};

/// Most characters of a name and of a value (ZStack).
const MAX_NAME: usize = 128;
/// Most characters of a colour (ZStack's column).
const MAX_COLOR: usize = 32;
/// Most things that one call gives a tag.
const MAX_SUBJECTS: usize = 1000;

impl App {
    /// The patterns of the caller's project, the oldest first; all for an administrator.
    pub async fn list_tag_patterns(&self, caller: &Caller) -> Result<Vec<TagPattern>> {
        let owner = (!caller.is_admin()).then_some(caller.project);
        Ok(tag_pattern::list(&mut self.catalog().read(), owner).await?)
    }

    pub async fn get_tag_pattern(&self, caller: &Caller, id: TagPatternId) -> Result<TagPattern> {
        tag_pattern::find(&mut self.catalog().read(), id)
            .await?
            .filter(|found| mine(caller, found.owner))
            .ok_or_else(|| Error::not_found(Noun::Tag, id))
    }

    /// Makes a pattern of the caller's project, of which each value exists once.
    pub async fn create_tag_pattern(
        &self,
        caller: &Caller,
        new: NewTagPattern,
    ) -> Result<TagPattern> {
        caller.must_write("create a tag", Noun::Tag)?;
        let now = self.now();
        let made = TagPattern {
            id: new.id.unwrap_or_else(|| TagPatternId::new(self.new_uuid())),
            owner: caller.project,
            name: new.name,
            value: new.value,
            description: new.description,
            color: new.color,
            kind: new.kind,
            created_at: now,
            updated_at: now,
        };
        check_pattern(&made)?;
        let row = made.clone();
        self.catalog()
            .write(move |tx| Box::pin(async move { tag_pattern::insert(tx, &row).await }))
            .await?;
        Ok(made)
    }

    /// Changes a pattern. Its tags stay what they are, so that of its value only the names in
    /// braces can change.
    pub async fn update_tag_pattern(
        &self,
        caller: &Caller,
        id: TagPatternId,
        patch: TagPatternPatch,
    ) -> Result<TagPattern> {
        self.get_tag_pattern(caller, id).await?;
        caller.must_write("change a tag", Noun::Tag)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let found = tag_pattern::find(tx, id).await?;
                    let before = found.ok_or_else(|| Error::not_found(Noun::Tag, id))?;
                    let mut after = before.clone();
                    after.name = patch.name.unwrap_or(after.name);
                    after.value = patch.value.unwrap_or(after.value);
                    after.description = patch.description.or(after.description);
                    after.color = patch.color.or(after.color);
                    after.updated_at = now;
                    check_pattern(&after)?;
                    check_value(&before, &after)?;
                    tag_pattern::update(tx, &after).await?;
                    Ok(after)
                })
            })
            .await
    }

    /// Removes a pattern and its tags.
    pub(super) async fn delete_tag_pattern(&self, caller: &Caller, id: TagPatternId) -> Result<()> {
        self.get_tag_pattern(caller, id).await?;
        caller.must_write("delete a tag", Noun::Tag)?;
        let (caller, now) = (caller.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    for made in tag::of_pattern(tx, id).await? {
                        match take(tx, &caller, &made, now).await {
                            // A deleted image keeps what it had, for whoever recovers it.
                            Err(Failure::Domain(Error::WrongState { .. })) => {
                                tag::set_pattern(tx, made.id, None).await?;
                            }
                            taken => taken?,
                        }
                    }
                    tag_pattern::delete(tx, id).await
                })
            })
            .await
    }

    /// The texts of tags by these simple patterns, for what is about to be made.
    pub async fn texts_of_patterns(
        &self,
        caller: &Caller,
        ids: &[TagPatternId],
    ) -> Result<Vec<String>> {
        let mut texts = Vec::with_capacity(ids.len());
        for id in ids {
            let found = self.get_tag_pattern(caller, *id).await?;
            texts.push(text_of(&found, &BTreeMap::new())?);
        }
        Ok(texts)
    }

    /// Gives each of the things a tag by the pattern. What one of them is refused for, the others
    /// are not.
    pub async fn attach_tag_pattern(
        &self,
        caller: &Caller,
        wish: PatternUse,
    ) -> Result<Vec<PatternUsed>> {
        let found = self.get_tag_pattern(caller, wish.pattern).await?;
        caller.must_write("attach a tag", Noun::Tag)?;
        let text = text_of(&found, &wish.tokens)?;
        check_count(&wish.subjects)?;
        let mut used = Vec::with_capacity(wish.subjects.len());
        for subject in wish.subjects {
            used.push(PatternUsed {
                subject,
                tag: self.attach_one(caller, &found, subject, &text).await,
            });
        }
        Ok(used)
    }

    async fn attach_one(
        &self,
        caller: &Caller,
        pattern: &TagPattern,
        subject: Uuid,
        text: &str,
    ) -> Result<Tag> {
        let noun = self.noun_of(subject).await?;
        self.must_tag(caller, noun, subject).await?;
        let said = TagText::user(text);
        check(noun, &said)?;
        let fresh = self.new_tags(noun, subject, vec![said.clone()])?;
        let new = NewTags {
            noun,
            subject,
            tags: vec![said],
        };
        let (caller, now, pattern) = (caller.clone(), self.now(), pattern.id);
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    let given = give(tx, &caller, &new, fresh, now).await?;
                    let made = given.into_iter().flatten().next();
                    let mut made =
                        made.ok_or_else(|| Error::internal("giving a tag", "it is not there"))?;
                    made.pattern = Some(pattern);
                    tag::set_pattern(tx, made.id, made.pattern).await?;
                    Ok(made)
                })
            })
            .await
    }

    /// Takes the tags by a pattern off these things, of those that have one.
    pub async fn detach_tag_pattern(
        &self,
        caller: &Caller,
        id: TagPatternId,
        subjects: Vec<Uuid>,
    ) -> Result<()> {
        self.get_tag_pattern(caller, id).await?;
        check_count(&subjects)?;
        for subject in &subjects {
            let noun = self.noun_of(*subject).await?;
            self.must_tag(caller, noun, *subject).await?;
        }
        let (caller, now) = (caller.clone(), self.now());
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    for made in tag::of_pattern(tx, id).await? {
                        if subjects.contains(&made.subject) {
                            take(tx, &caller, &made, now).await?;
                        }
                    }
                    Ok::<(), Failure>(())
                })
            })
            .await
    }

    /// What the uuid is the id of, of what can have tags; whoever asks. Of long jobs it tells
    /// nothing.
    pub async fn noun_of(&self, subject: Uuid) -> Result<Noun> {
        let hex = subject.simple().to_string();
        let mut read = self.catalog().read();
        for noun in TAGGED.into_iter().filter(|noun| *noun != Noun::Job) {
            if existence::exists(&mut read, noun, &hex).await? {
                return Ok(noun);
            }
        }
        Err(Error::not_found(Noun::Tag, hex))
    }
}

fn check_count(subjects: &[Uuid]) -> Result<()> {
    if subjects.len() > MAX_SUBJECTS {
        let reason = format!("at most {MAX_SUBJECTS} are allowed");
        return Err(Error::invalid("resourceUuids", reason));
    }
    Ok(())
}

fn check_pattern(pattern: &TagPattern) -> Result<()> {
    let short = |field: &str, text: &str, most: usize| {
        if text.trim().is_empty() || text.chars().count() > most {
            let reason = format!("must be 1 to {most} characters long");
            return Err(Error::invalid(field, reason));
        }
        check_tag(text).map_err(|_odd| Error::invalid(field, "must be printable"))
    };
    short("name", &pattern.name, MAX_NAME)?;
    short("value", &pattern.value, MAX_NAME)?;
    if let Some(color) = &pattern.color {
        short("color", color, MAX_COLOR)?;
    }
    if let Some(text) = &pattern.description {
        check_description(text)?;
    }
    if is_system(Noun::Image, &pattern.value) {
        return Err(Error::invalid("value", "has the form of a system tag"));
    }
    match (pattern.kind, tokens(&pattern.value).is_empty()) {
        (PatternKind::WithToken, true) => Err(Error::invalid(
            "value",
            "has no token such as {name}, which its type asks for",
        )),
        (PatternKind::Simple | PatternKind::WithToken, _) => Ok(()),
    }
}

/// As ZStack's clients know it: the value of a simple pattern stays, and of another the names may
/// change.
fn check_value(before: &TagPattern, after: &TagPattern) -> Result<()> {
    if before.value == after.value {
        return Ok(());
    }
    let reason = match before.kind {
        PatternKind::Simple => "of a simple tag cannot be changed",
        PatternKind::WithToken if around(&before.value) == around(&after.value) => return Ok(()),
        PatternKind::WithToken => "can be changed in the names in braces only",
    };
    Err(Error::invalid("value", reason))
}

/// The value without the names in its braces.
fn around(value: &str) -> String {
    let mut text = value.to_owned();
    for name in tokens(value) {
        text = text.replacen(&format!("{{{name}}}"), "{}", 1);
    }
    text
}

/// The names in braces.
fn tokens(value: &str) -> Vec<&str> {
    let behind = value.split('{').skip(1);
    behind
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

fn text_of(pattern: &TagPattern, values: &BTreeMap<String, String>) -> Result<String> {
    let mut text = pattern.value.clone();
    if pattern.kind == PatternKind::WithToken {
        for name in tokens(&pattern.value) {
            let value = values.get(name).ok_or_else(|| {
                Error::invalid("tokens", format!("have no value for the token {name:?}"))
            })?;
            text = text.replace(&format!("{{{name}}}"), value);
        }
    }
    check_tag(&text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_value_only_the_names_in_braces_can_change() {
        for (one, other, same) in [
            ("a::{x}", "a::{y}", true),
            ("a::{x}::{y}", "a::{y}::{x}", true),
            ("a::{x}", "b::{x}", false),
            ("a::{x}", "a::{x}::{y}", false),
            ("{x}", "{}", true),
        ] {
            assert_eq!(around(one) == around(other), same, "{one} {other}");
        }
    }

    #[test]
    fn tokens_are_what_stands_in_braces() {
        for (value, expected) in [
            ("team", vec![]),
            ("team::{name}", vec!["name"]),
            ("{a}-{b}", vec!["a", "b"]),
            ("{open", vec![]),
        ] {
            assert_eq!(tokens(value), expected, "{value}");
        }
    }
}
