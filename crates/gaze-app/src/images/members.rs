//! With whom a shared image is shared.

use gaze_catalog::{image, member, project};
use gaze_domain::{
    Caller, Error, ImageId, Member, MemberState, Noun, ProjectId, Result, Status, Visibility,
    access,
};

use crate::App;
use crate::authorize::Known;

impl App {
    /// The owner sees all members, a member only itself.
    pub async fn list_members(&self, caller: &Caller, id: ImageId) -> Result<Vec<Member>> {
        let known = self.known_image(caller, id).await?;
        let members = member::list(&mut self.catalog().read(), id).await?;
        let all = caller.is_admin() || known.image.owner == caller.project;
        Ok(members
            .into_iter()
            .filter(|one| all || one.project == caller.project)
            .collect())
    }

    /// Shares an image. The first member makes a private image a shared one.
    pub async fn add_member(
        &self,
        caller: &Caller,
        id: ImageId,
        with: ProjectId,
        state: MemberState,
    ) -> Result<Member> {
        let known = self.known_image(caller, id).await?;
        if known.image.owner == with {
            known.must_change(caller, "share the image")?;
            return Err(Error::invalid("member", "the owner needs no membership"));
        }
        self.insert_member(caller, &known, with, state).await
    }

    async fn insert_member(
        &self,
        caller: &Caller,
        known: &Known,
        with: ProjectId,
        state: MemberState,
    ) -> Result<Member> {
        known.must_change(caller, "share the image")?;
        let id = known.image.id;
        if let everybody @ (Visibility::Public | Visibility::Community) = known.image.visibility {
            return Err(Error::WrongState {
                noun: Noun::Image,
                id: id.hex(),
                state: everybody.to_string(),
                needed: "everybody has it already".into(),
            });
        }
        self.meet_project(with).await?;
        let now = self.now();
        let made = Member {
            image: id,
            project: with,
            state,
            created_at: now,
            updated_at: now,
        };
        let row = made.clone();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    project::get(tx, with).await?;
                    let before = image::lock(tx, id).await?;
                    member::insert(tx, &row).await?;
                    let mut after = before.clone();
                    if before.visibility == Visibility::Private {
                        after.visibility = Visibility::Shared;
                    }
                    after.updated_at = now;
                    image::update(tx, &before, &after).await
                })
            })
            .await?;
        Ok(made)
    }

    /// Shares an image that is meant to be shared, for vendors with whom sharing changes no
    /// visibility: the project decides whether it takes the image. The owner may be a member too,
    /// which changes nothing.
    pub async fn share_image(
        &self,
        caller: &Caller,
        id: ImageId,
        with: ProjectId,
    ) -> Result<Member> {
        let known = self.known_image(caller, id).await?;
        let image = &known.image;
        if image.status == Status::Deleted {
            return Err(Error::not_found(Noun::Image, id));
        }
        if image.visibility != Visibility::Shared && access::can_change(caller, image) {
            let action = "add members: only shared images have members";
            return Err(Error::forbidden(action, Noun::Image, id));
        }
        self.insert_member(caller, &known, with, MemberState::Pending)
            .await
    }

    /// Ends a membership: the owner anybody's, a member its own.
    pub async fn remove_member(&self, caller: &Caller, id: ImageId, who: ProjectId) -> Result<()> {
        let known = self.known_image(caller, id).await?;
        if who == caller.project {
            caller.must_write("end a membership", Noun::Member)?;
        } else {
            known.must_change(caller, "end a membership")?;
        }
        self.catalog()
            .write(move |tx| Box::pin(async move { member::delete(tx, id, who).await }))
            .await
    }

    /// Accepts or rejects: only the member itself decides.
    pub async fn set_member_state(
        &self,
        caller: &Caller,
        id: ImageId,
        who: ProjectId,
        state: MemberState,
    ) -> Result<Member> {
        self.known_image(caller, id).await?;
        if !access::owns(caller, who) {
            return Err(Error::forbidden(
                "decide for another member",
                Noun::Member,
                who,
            ));
        }
        caller.must_write("decide on a membership", Noun::Member)?;
        let now = self.now();
        self.catalog()
            .write(move |tx| {
                Box::pin(async move {
                    member::set_state(tx, id, who, state, now).await?;
                    let found = member::find(tx, id, who).await?;
                    found.ok_or_else(|| Error::not_found(Noun::Member, who).into())
                })
            })
            .await
    }
}
