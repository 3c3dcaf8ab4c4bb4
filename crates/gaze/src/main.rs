//! `gaze`: the image service, and its administration over the native API.

mod client;
mod cmd;
mod compose;
mod config;
mod counts;
mod demo;
mod failure;
mod output;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use client::Target;
use cmd::Session;
use config::{Config, Environment, ServeFlags};
use output::{Form, Output};

/// Measured against the C library's: a seventh more lists, and a tenth of the memory after a load
/// of uploads and logins, because what was freed goes back to the system
/// (docs/adr/0009-allocator.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// An image service for virtual machines.
#[derive(Debug, Parser)]
#[command(name = "gaze", version, about, propagate_version = true)]
#[command(
    after_help = "Credentials, the first that there are: --token or GAZE_TOKEN; GAZE_USER \
    with GAZE_PASSWORD; what `gaze login` saved for the address; for this machine's own \
    addresses, the token in the service's data folder (GAZE_DATA_DIR, by default gaze-data)."
)]
struct Arguments {
    #[command(flatten)]
    target: Target,
    /// Form of answers [env: GAZE_OUTPUT] [default: table]
    #[arg(
        long,
        global = true,
        value_name = "FORM",
        value_enum,
        help_heading = "Connection"
    )]
    output: Option<Form>,
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
        /// Configuration file [env: GAZE_CONFIG] [default: gaze.toml, if it exists]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        #[command(flatten)]
        flags: Box<ServeFlags>,
    },
    /// Check or show the configuration
    #[command(subcommand)]
    Config(cmd::config::Command),
    /// Log in and save the token
    Login(cmd::login::Login),
    /// End the saved login
    Logout,
    /// Show who one is
    Whoami,
    /// Show the service's version, counts and stores
    Status,
    /// Images
    #[command(subcommand)]
    Image(cmd::image::Command),
    /// Virtual machines whose disks are read
    #[command(subcommand)]
    Instance(cmd::instance::Command),
    /// Disks of virtual machines
    #[command(subcommand)]
    Volume(cmd::volume::Command),
    /// Snapshots of volumes
    #[command(subcommand)]
    Snapshot(cmd::snapshot::Command),
    /// Metadata definitions for OpenStack's clients
    #[command(subcommand)]
    Metadef(cmd::metadef::Command),
    /// Long work
    #[command(subcommand)]
    Job(cmd::job::Command),
    /// Where images are kept
    #[command(subcommand)]
    Store(cmd::store::Command),
    /// Where volumes live
    #[command(subcommand)]
    Pool(cmd::pool::Command),
    /// Regions
    #[command(subcommand)]
    Region(cmd::region::Command),
    /// Zones
    #[command(subcommand)]
    Zone(cmd::zone::Command),
    /// Hosts of one architecture
    #[command(subcommand)]
    Cluster(cmd::cluster::Command),
    /// Tenants
    #[command(subcommand)]
    Project(cmd::project::Command),
    /// People and programs that log in
    #[command(subcommand)]
    User(cmd::user::Command),
    /// Tokens of programs
    #[command(subcommand)]
    Token(cmd::token::Command),
    /// Keys that sign requests
    #[command(subcommand)]
    AccessKey(cmd::access_key::Command),
}

fn main() -> ExitCode {
    // What is not Unicode is no setting of ours.
    let env: Environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    match run(Arguments::parse(), &env) {
        Ok(code) => code,
        Err(error) => {
            failure::tell(&error);
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments, env: &Environment) -> Result<ExitCode> {
    match arguments.command {
        Command::Serve {
            demo,
            config,
            flags,
        } => {
            let config = Config::load(config.as_deref(), env, &flags.values())?;
            cmd::serve::run(config, demo)
        }
        Command::Config(command) => {
            command.run(env)?;
            Ok(ExitCode::SUCCESS)
        }
        command => {
            let form = form(arguments.output, env)?;
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .context("the asynchronous runtime cannot be started")?
                .block_on(administer(command, &arguments.target, env, Output { form }))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn form(given: Option<Form>, env: &Environment) -> Result<Form> {
    match (given, env.get("GAZE_OUTPUT").map(String::as_str)) {
        (Some(form), _) => Ok(form),
        (None, None | Some("" | "table")) => Ok(Form::Table),
        (None, Some("json")) => Ok(Form::Json),
        (None, Some(other)) => Err(failure::Failure::new(format!(
            "GAZE_OUTPUT is {other:?}, which is neither table nor json"
        ))
        .into()),
    }
}

async fn administer(
    command: Command,
    target: &Target,
    env: &Environment,
    output: Output,
) -> Result<()> {
    match command {
        Command::Login(login) => return login.run(target, env, output).await,
        Command::Logout => return cmd::login::log_out(target, env, output).await,
        _ => {}
    }
    let session = Session {
        client: target.connect(env).await?,
        output,
    };
    let outcome = perform(command, &session).await;
    let ended = session.client.end().await;
    outcome.and(ended)
}

async fn perform(command: Command, session: &Session) -> Result<()> {
    match command {
        // Done before there is a session.
        Command::Serve { .. } | Command::Config(_) | Command::Login(_) | Command::Logout => Ok(()),
        Command::Whoami => cmd::status::who_am_i(session).await,
        Command::Status => cmd::status::status(session).await,
        Command::Image(command) => command.run(session).await,
        Command::Instance(command) => command.run(session).await,
        Command::Volume(command) => command.run(session).await,
        Command::Snapshot(command) => command.run(session).await,
        Command::Metadef(command) => command.run(session).await,
        Command::Job(command) => command.run(session).await,
        Command::Store(command) => command.run(session).await,
        Command::Pool(command) => command.run(session).await,
        Command::Region(command) => command.run(session).await,
        Command::Zone(command) => command.run(session).await,
        Command::Cluster(command) => command.run(session).await,
        Command::Project(command) => command.run(session).await,
        Command::User(command) => command.run(session).await,
        Command::Token(command) => command.run(session).await,
        Command::AccessKey(command) => command.run(session).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_environment_chooses_the_form_unless_a_flag_does() {
        let env = |value: &str| Environment::from([("GAZE_OUTPUT".to_owned(), value.to_owned())]);
        assert_eq!(form(None, &Environment::new()).unwrap(), Form::Table);
        assert_eq!(form(None, &env("json")).unwrap(), Form::Json);
        assert_eq!(form(Some(Form::Table), &env("json")).unwrap(), Form::Table);
        assert!(form(None, &env("xml")).is_err());
    }
}
