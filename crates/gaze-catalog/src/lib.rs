//! gaze-catalog
