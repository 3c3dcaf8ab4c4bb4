//! gaze-face-didi
