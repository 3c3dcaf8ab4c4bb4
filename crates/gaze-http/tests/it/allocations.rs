//! What the layers around every request ask of the allocator, counted.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::routing::get;
use gaze_domain::{Runtime, Timestamp};
use gaze_http::{Metrics, around, observe, openstack_id};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use uuid::Uuid;

#[derive(Debug)]
struct Still;

impl Runtime for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    fn uuid(&self) -> Uuid {
        Uuid::from_u128(7)
    }

    fn random(&self, buffer: &mut [u8]) {
        buffer.fill(7);
    }
}

/// Of one request, when everything that is made once has been made.
fn allocations(router: &Router) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let ask = || {
        runtime.block_on(async {
            let request = Request::get("/things/7").body(Body::empty()).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            assert_eq!(
                response.into_body().collect().await.unwrap().to_bytes(),
                "x"
            );
        });
    };
    ask();
    allocation_counter::measure(ask).count_total
}

#[test]
fn a_layer_of_plain_functions_costs_what_the_router_itself_asks_for_one() {
    let bare = Router::new().route("/things/{id}", get(|| async { "x" }));
    let nothing = || around((), |(), _| (), |(), (), response| response);
    let before = allocations(&bare);
    let one = allocations(&bare.clone().layer(nothing())) - before;
    assert!(one <= 4, "{one}");
    let two = allocations(&bare.clone().layer((nothing(), nothing()))) - before;
    assert_eq!(two, one, "a second function takes no more");
}

#[test]
fn a_request_is_observed_with_few_allocations() {
    let bare = Router::new().route("/things/{id}", get(|| async { "x" }));
    let before = allocations(&bare);
    let observed = |router| observe(router, "test", Arc::new(Still), Metrics::default());
    let seen = allocations(&observed(bare.clone())) - before;
    assert!(seen <= 20, "{seen} more than the {before} of a bare router");
    let told = allocations(&observed(bare.layer(openstack_id()))) - before;
    assert!(told <= 28, "{told} more than the {before} of a bare router");
}
