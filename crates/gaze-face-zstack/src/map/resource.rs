//! Things that belong to a project, and shares, as ZStack's references to resources.

use gaze_app::{Owned, Share};
use gaze_domain::{Noun, ProjectId};

use crate::errors::class_of;
use crate::wire::date;
use crate::wire::resource::{AccountResourceRef, SharedResource};

/// `AccountConstant.RESOURCE_PERMISSION_WRITE`: an owner may do everything.
const WRITE: u8 = 2;

pub(crate) fn reference(owned: &Owned) -> AccountResourceRef {
    AccountResourceRef {
        account_uuid: owned.owner.hex(),
        owner_account_uuid: owned.owner.hex(),
        resource_uuid: owned.id.clone(),
        resource_type: class_of(owned.noun),
        concrete_resource_type: whole_class(owned.noun),
        permission: WRITE,
        is_shared: false,
        create_date: date::show(owned.created_at),
        last_op_date: date::show(owned.updated_at),
    }
}

pub(crate) fn shared(share: &Share) -> SharedResource {
    SharedResource {
        owner_account_uuid: share.owner.hex(),
        receiver_account_uuid: share.with.map(ProjectId::hex),
        to_public: share.with.is_none(),
        resource_type: class_of(Noun::Image),
        resource_uuid: share.image.hex(),
        create_date: date::show(share.created_at),
        last_op_date: date::show(share.updated_at),
    }
}

/// The class with its package; of what belongs to nobody, without.
const fn whole_class(noun: Noun) -> &'static str {
    match noun {
        Noun::Image => "org.zstack.header.image.ImageVO",
        Noun::Instance => "org.zstack.header.vm.VmInstanceVO",
        Noun::Volume => "org.zstack.header.volume.VolumeVO",
        Noun::Snapshot => "org.zstack.header.storage.snapshot.VolumeSnapshotVO",
        Noun::Location
        | Noun::Store
        | Noun::Pool
        | Noun::Zone
        | Noun::Cluster
        | Noun::Region
        | Noun::Project
        | Noun::Domain
        | Noun::User
        | Noun::AccessKey
        | Noun::ApplicationCredential
        | Noun::Token
        | Noun::Job
        | Noun::Member
        | Noun::Tag
        | Noun::Namespace
        | Noun::MetadefObject
        | Noun::MetadefProperty
        | Noun::MetadefTag
        | Noun::ResourceType
        | Noun::Export => class_of(noun),
    }
}
