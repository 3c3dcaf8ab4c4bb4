//! What only a test of all faces together can say.

mod mapping;
