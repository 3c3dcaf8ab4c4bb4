//! Members.

use gaze_domain::{Member, MemberState};

use super::words::time;
use crate::wire::member;

pub(crate) const fn status(state: MemberState) -> &'static str {
    match state {
        MemberState::Pending => "pending",
        MemberState::Accepted => "accepted",
        MemberState::Rejected => "rejected",
    }
}

pub(crate) fn state(word: &str) -> Option<MemberState> {
    let mut all = MemberState::ALL.iter();
    all.find(|state| status(**state) == word).copied()
}

pub(crate) fn member(member: &Member) -> member::Member {
    member::Member {
        created_at: time(member.created_at),
        updated_at: time(member.updated_at),
        image_id: member.image.hyphenated(),
        member_id: member.project.hex(),
        status: status(member.state),
        schema: "/v2/schemas/member",
    }
}
