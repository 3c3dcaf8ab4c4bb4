//! gaze-testkit

pub mod transcript;
