//! gaze-face-huawei
