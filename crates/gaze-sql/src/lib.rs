//! gaze-sql
