//! gaze-face-keystone
