//! gaze-app
