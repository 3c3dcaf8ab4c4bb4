//! gaze-face-native
