//! `gaze serve`.

use std::process::ExitCode;

use crate::config::Config;

pub(crate) fn run(_config: Config, _demo: bool) -> anyhow::Result<ExitCode> {
    anyhow::bail!("this build has no server")
}
