//! The face from outside, on a whole service.

#[cfg(test)]
mod boot_mode;
#[cfg(test)]
mod change_image_state;
#[cfg(test)]
mod client;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod deletion;
#[cfg(test)]
mod documented;
#[cfg(test)]
mod downloads;
#[cfg(test)]
mod duplicates;
#[cfg(test)]
mod hooks;
#[cfg(test)]
mod long_jobs;
#[cfg(test)]
mod qemu;
#[cfg(test)]
mod quota;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod template_stores;
#[cfg(test)]
mod templates;
#[cfg(test)]
mod templates_underway;
#[cfg(test)]
mod transcripts;
#[cfg(test)]
mod types;
#[cfg(test)]
mod uploads;
#[cfg(test)]
mod waiting;
