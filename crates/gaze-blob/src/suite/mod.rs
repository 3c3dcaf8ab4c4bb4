//! The sentences of the store contract as tests, for every back end.
