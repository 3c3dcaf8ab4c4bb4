//! gaze-testkit
