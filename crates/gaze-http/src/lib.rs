//! gaze-http
