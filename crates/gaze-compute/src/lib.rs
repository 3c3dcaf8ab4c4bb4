//! gaze-compute
