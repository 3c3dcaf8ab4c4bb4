//! gaze-jobs
