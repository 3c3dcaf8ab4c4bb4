//! gaze-face-zstack
