//! A whole service, seen through this face alone.

use std::sync::Arc;

use axum::Router;
use gaze_app::{DeleteMode, NewImage};
use gaze_domain::image::Os;
use gaze_domain::{Architecture, Firmware, Image, Media, MemberState, Platform, Visibility};
use gaze_face_huawei::Config;
use gaze_http::{Metrics, observe};
use gaze_testkit::{Tenant, World};

/// The routes as a server has them.
pub(crate) fn router(world: &World) -> Router {
    let face = gaze_face_huawei::router(world.app.clone(), Config::default());
    let runtime = Arc::clone(&world.runtime);
    observe(face, "huawei", runtime, Metrics::default())
}

/// The image of the page's example, but for its format, which nothing here reads.
pub(crate) async fn example(world: &World) -> Image {
    let new = NewImage {
        min_disk_gib: 40,
        platform: Some(Platform::Linux),
        architecture: Some(Architecture::Aarch64),
        firmware: Some(Firmware::Uefi),
        os: Os {
            distro: Some("CentOS".into()),
            version: Some("7.4".into()),
            guest_type: None,
        },
        properties: properties(&[
            ("__support_gpu_t4", "true"),
            (
                "data_source",
                "instance:a7c6deda-99eb-4f58-b7b4-04a36b75401b",
            ),
        ]),
        ..NewImage::named("ces")
    };
    world.image_of(&world.tenant, new).await
}

fn properties(pairs: &[(&str, &str)]) -> std::collections::BTreeMap<String, String> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// Nine images of three owners, in the order of their names here: what the tenant sees of them is
/// `ces win disk gold empty lent`, and `gone`, which it deleted.
pub(crate) async fn images(world: &World) -> Vec<Image> {
    let (admin, tenant, stranger) = (&world.admin, &world.tenant, &world.stranger);
    let with = |name: &str, pairs: &[(&str, &str)]| NewImage {
        properties: properties(pairs),
        ..NewImage::named(name)
    };
    let mut made = vec![
        world
            .image_of(tenant, with("ces", &[("__support_kvm", "true")]))
            .await,
        world
            .image_of(
                tenant,
                NewImage {
                    protected: true,
                    platform: Some(Platform::WindowsVirtio),
                    ..with(
                        "win",
                        &[("__support_xen", "true"), ("__support_kvm", "false")],
                    )
                },
            )
            .await,
        world
            .image_of(
                tenant,
                NewImage {
                    media: Media::DataDisk,
                    ..with(
                        "disk",
                        &[
                            ("__support_diskintensive", "true"),
                            ("__support_highperformance", "true"),
                            ("__support_largememory", "true"),
                            ("__support_kvm_infiniband", "true"),
                        ],
                    )
                },
            )
            .await,
        world
            .image_of(
                admin,
                NewImage {
                    visibility: Visibility::Public,
                    protected: true,
                    platform: Some(Platform::Other),
                    ..with(
                        "gold",
                        &[
                            ("__support_kvm_gpu_type", "RTX5000"),
                            ("__support_xen_gpu_type", "M60_vGPU"),
                        ],
                    )
                },
            )
            .await,
    ];
    let empty = NewImage::named("empty");
    made.push(world.app.create_image(&tenant.caller, empty).await.unwrap());
    made.push(shared(world, "lent", MemberState::Accepted).await);
    made.push(shared(world, "offered", MemberState::Pending).await);
    made.push(world.image_of(stranger, NewImage::named("theirs")).await);
    let gone = world.image("gone").await;
    let deleted = world
        .app
        .delete_image(&tenant.caller, gone.id, DeleteMode::Delay);
    deleted.await.unwrap();
    made.push(gone);
    let win = made[1].id;
    let disabled = world.app.change_image_state(&tenant.caller, win, false);
    disabled.await.unwrap();
    made
}

async fn shared(world: &World, name: &str, state: MemberState) -> Image {
    let Tenant { caller, .. } = &world.stranger;
    let image = world.image_of(&world.stranger, NewImage::named(name)).await;
    let with = world.tenant.project.id;
    world
        .app
        .add_member(caller, image.id, with, MemberState::Pending)
        .await
        .unwrap();
    if state != MemberState::Pending {
        let member = &world.tenant.caller;
        let decided = world.app.set_member_state(member, image.id, with, state);
        decided.await.unwrap();
    }
    image
}
