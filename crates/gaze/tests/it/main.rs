//! The whole: what only a test of all faces together can say, and the binary from outside: a
//! service of its own on a free port, and commands that speak to it.

#[cfg(test)]
mod commands;
#[cfg(test)]
mod config;
#[cfg(test)]
mod credentials;
#[cfg(test)]
mod faces;
#[cfg(test)]
mod images;
#[cfg(test)]
mod kept_images;
#[cfg(test)]
mod keystone;
#[cfg(test)]
mod mapping;
#[cfg(test)]
mod service;
