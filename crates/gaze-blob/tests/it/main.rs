//! The local file store against the contract, real files, a full disk and a killed process.

#[cfg(test)]
mod contract;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod files;
#[cfg(test)]
mod marker;
#[cfg(test)]
mod mounts;
#[cfg(test)]
mod streaming;
