//! `gaze config`: what the configuration is, and what is wrong with it.

use std::path::PathBuf;

use anyhow::Result;
use clap::Subcommand;

use crate::config::{Config, Environment};
use crate::output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Explain every mistake in a configuration file and the environment
    Check {
        /// By default what `gaze serve` would read
        file: Option<PathBuf>,
    },
    /// Print the configuration that results from all sources
    Show {
        /// By default what `gaze serve` would read
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

impl Command {
    pub(crate) fn run(&self, env: &Environment) -> Result<()> {
        match self {
            Self::Check { file } => {
                Config::load(file.as_deref(), env, &[])?;
                let read = match Config::file(file.as_deref(), env) {
                    Some(path) => format!("{} and the environment are", path.display()),
                    None => "there is no file; the environment is".to_owned(),
                };
                output::write(&format!("{read} well\n"))
            }
            Self::Show { config } => {
                output::write(&Config::load(config.as_deref(), env, &[])?.to_toml())
            }
        }
    }
}
