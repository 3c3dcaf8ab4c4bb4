use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::testing::image;
use crate::{DomainId, UserId};

fn caller(role: Role, project: u128) -> Caller {
    Caller {
        user: UserId::new(Uuid::from_u128(1)),
        user_name: "u".into(),
        project: ProjectId::new(Uuid::from_u128(project)),
        project_name: "p".into(),
        domain: DomainId::new(Uuid::from_u128(2)),
        domain_name: "d".into(),
        role,
        token: None,
    }
}

fn roles() -> impl Strategy<Value = Role> {
    prop::sample::select(Role::ALL.to_vec())
}

fn memberships() -> impl Strategy<Value = Option<MemberState>> {
    prop::option::of(prop::sample::select(MemberState::ALL.to_vec()))
}

proptest! {
    #[test]
    fn using_and_changing_imply_seeing(
        role in roles(),
        mine in any::<bool>(),
        visibility in prop::sample::select(Visibility::ALL.to_vec()),
        status in prop::sample::select(Status::ALL.to_vec()),
        membership in memberships(),
    ) {
        let caller = caller(role, 7);
        let mut image = image();
        image.owner = ProjectId::new(Uuid::from_u128(if mine { 7 } else { 8 }));
        image.visibility = visibility;
        image.status = status;
        let seen = can_see(&caller, &image, membership);
        prop_assert!(!can_use(&caller, &image, membership) || seen);
        prop_assert!(!can_change(&caller, &image) || seen);
        let refusal = must_change(&caller, &image, membership, "x");
        match refusal {
            Ok(()) => prop_assert!(can_change(&caller, &image)),
            Err(Error::NotFound { .. }) => prop_assert!(!seen),
            Err(Error::Forbidden { .. }) => prop_assert!(seen),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn a_private_image_of_another_project_does_not_exist(
        role in prop::sample::select(vec![Role::Member, Role::Reader]),
        status in prop::sample::select(Status::ALL.to_vec()),
        membership in memberships(),
    ) {
        let caller = caller(role, 7);
        let mut image = image();
        image.owner = ProjectId::new(Uuid::from_u128(8));
        image.visibility = Visibility::Private;
        image.status = status;
        prop_assert!(!can_see(&caller, &image, membership));
    }
}

#[test]
fn a_pending_member_sees_but_does_not_use() {
    let caller = caller(Role::Member, 7);
    let mut image = image();
    image.owner = ProjectId::new(Uuid::from_u128(8));
    image.visibility = Visibility::Shared;
    image.status = Status::Active;
    assert!(can_see(&caller, &image, Some(MemberState::Pending)));
    assert!(!can_use(&caller, &image, Some(MemberState::Pending)));
    assert!(can_use(&caller, &image, Some(MemberState::Accepted)));
    assert!(!can_see(&caller, &image, None));
}

#[test]
fn a_community_image_is_everybodys_to_use_and_its_owners_to_change() {
    let caller = caller(Role::Member, 7);
    let mut image = image();
    image.owner = ProjectId::new(Uuid::from_u128(8));
    image.visibility = Visibility::Community;
    image.status = Status::Active;
    assert!(can_use(&caller, &image, None));
    assert!(!can_change(&caller, &image));
    image.status = Status::Deleted;
    assert!(!can_see(&caller, &image, None));
}

#[test]
fn only_an_administrator_publishes() {
    assert!(can_publish(&caller(Role::Admin, 7), Visibility::Public));
    assert!(!can_publish(&caller(Role::Member, 7), Visibility::Public));
    assert!(can_publish(&caller(Role::Member, 7), Visibility::Shared));
    assert!(can_publish(&caller(Role::Member, 7), Visibility::Community));
}

#[test]
fn a_role_implies_the_lesser_ones_and_itself() {
    let order = [Role::Admin, Role::Member, Role::Reader];
    for (rank, role) in order.iter().enumerate() {
        for (other_rank, other) in order.iter().enumerate() {
            assert_eq!(role.implies(*other), rank <= other_rank, "{role} {other}");
        }
        assert!(!role.implies(Role::Unassigned));
        assert!(!Role::Unassigned.implies(*role));
    }
    assert!(!Role::Unassigned.implies(Role::Unassigned));
}

#[test]
fn who_has_no_role_changes_nothing() {
    let nobody = caller(Role::Unassigned, 7);
    assert!(nobody.must_write("do", Noun::Image).is_err());
    assert!(nobody.must_admin("do", Noun::Image).is_err());
}
