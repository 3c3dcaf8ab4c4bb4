//! `gaze`: the image service, and its administration over the native API.

mod cmd;
mod config;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use config::{Config, Environment, ServeFlags};

#[derive(Debug, Parser)]
#[command(
    name = "gaze",
    version,
    about = "An image service for virtual machines"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service
    Serve {
        /// Add a small sample cloud and print requests to try
        #[arg(long)]
        demo: bool,
        /// Configuration file [default: gaze.toml, if it exists]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        flags: ServeFlags,
    },
}

fn main() -> ExitCode {
    let env: Environment = std::env::vars().collect();
    match run(Arguments::parse(), &env) {
        Ok(code) => code,
        Err(error) => {
            use std::io::Write;
            let _ = writeln!(std::io::stderr().lock(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, env: &Environment) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Serve {
            demo,
            config,
            flags,
        } => {
            let config = Config::load(config.as_deref(), env, &flags.values())?;
            cmd::serve::run(config, demo)
        }
    }
}
