//! All faces over one app, without a listener.

use axum::{Router, extract::Extension};
use gaze_app::App;
use gaze_http::RequestId;

pub(crate) fn faces(app: &App, id: RequestId) -> Router {
    let native = gaze_face_native::Config::default();
    let didi = gaze_face_didi::Config::default();
    Router::new()
        .merge(gaze_face_zstack::router(
            app.clone(),
            gaze_face_zstack::Config::default(),
        ))
        .merge(gaze_face_huawei::router(
            app.clone(),
            gaze_face_huawei::Config::default(),
        ))
        .merge(gaze_face_glance::router(
            app.clone(),
            gaze_face_glance::Config::default(),
        ))
        .merge(gaze_face_didi::router(app.clone(), didi))
        .merge(gaze_face_native::router(app.clone(), native))
        .layer(Extension(id))
}
