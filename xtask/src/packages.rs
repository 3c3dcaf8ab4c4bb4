//! The Debian packages that the checks need: which are missing, and how they are installed.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::step;

/// How to tell that a package is not needed any more.
enum Sign {
    /// The program answers `--version`.
    Program(&'static str),
    File(&'static str),
    /// Debian's own Python has the modules.
    Python(&'static str),
    /// A server of some version is there.
    PostgresServer,
}

const NEEDED: &[(&str, Sign)] = &[
    ("curl", Sign::Program("curl")),
    ("jq", Sign::Program("jq")),
    ("python3-venv", Sign::Python("import venv, ensurepip")),
    ("postgresql", Sign::PostgresServer),
    ("qemu-utils", Sign::Program("qemu-img")),
    (EMULATOR, Sign::Program("qemu-system-x86_64")),
    ("util-linux-extra", Sign::Program("fincore")),
    // A bootable disc that Debian made: real input for imports and captures.
    (
        "grub-rescue-pc",
        Sign::File("/usr/lib/grub-rescue/grub-rescue-cdrom.iso"),
    ),
];
/// What the measurements need besides.
const FOR_BENCH: &[(&str, Sign)] = &[
    ("wrk", Sign::File("/usr/bin/wrk")),
    ("nginx-light", Sign::File("/usr/sbin/nginx")),
];
const EMULATOR: &str = "qemu-system-x86";
const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// Python as Debian installs it; another one in the path may lack its modules.
pub(crate) const PYTHON: &str = "/usr/bin/python3";

/// Installs what is missing; says so first. Nothing is done, and no root needed, if all is there.
pub(crate) fn install() -> Result<()> {
    let missing: Vec<&str> = NEEDED
        .iter()
        .filter(|(_, sign)| !sign.shows())
        .map(|(package, _)| *package)
        .collect();
    if missing.is_empty() {
        println!("every Debian package that the checks need is there");
        return Ok(());
    }
    println!("missing Debian packages: {}", missing.join(" "));
    ensure!(
        Path::new("/usr/bin/apt-get").exists(),
        "this is no Debian system: install the equivalents of {} by hand",
        missing.join(", ")
    );
    apt(["update"])?;
    // QEMU's packages must all be of one version. Where the tools came from backports, the
    // emulator has to come from there as well.
    let tools = version_of("qemu-utils");
    let backported = tools.is_some_and(|version| version.contains("~bpo"));
    let (emulator, plain): (Vec<_>, Vec<_>) = missing
        .iter()
        .copied()
        .partition(|package| *package == EMULATOR && backported);
    if !plain.is_empty() {
        apt(["install", "-y", "--no-install-recommends"]
            .into_iter()
            .chain(plain))?;
    }
    if !emulator.is_empty() {
        install_from_backports(&emulator)?;
    }
    for (package, sign) in NEEDED {
        ensure!(
            sign.shows(),
            "{package} was installed, but what it is needed for is still absent"
        );
    }
    Ok(())
}

/// Installs what the measurements are made with, if it is missing.
pub(crate) fn install_for_bench() -> Result<()> {
    let missing = FOR_BENCH.iter().filter(|(_, sign)| !sign.shows());
    let missing: Vec<&str> = missing.map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    apt(["update"])?;
    apt(["install", "-y", "--no-install-recommends"]
        .into_iter()
        .chain(missing))
}

impl Sign {
    fn shows(&self) -> bool {
        match self {
            Self::Program(program) => succeeds(Command::new(program).arg("--version")),
            Self::File(path) => Path::new(path).exists(),
            Self::Python(modules) => succeeds(Command::new(PYTHON).args(["-c", modules])),
            Self::PostgresServer => fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
                versions
                    .flatten()
                    .any(|version| version.path().join("bin/initdb").exists())
            }),
        }
    }
}

/// Whether a command can be started and ends well. Its output is not shown.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs apt-get as root: directly, or through sudo.
fn apt<S: AsRef<OsStr>>(words: impl IntoIterator<Item = S>) -> Result<()> {
    let root = fs::metadata("/proc/self")
        .context("ask who runs this")?
        .uid()
        == 0;
    let mut command = Command::new(if root { "env" } else { "sudo" });
    if !root && std::env::var_os("CI").is_some() {
        command.arg("--non-interactive");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
    command
        .args(["-q", "-o", "DPkg::Lock::Timeout=600"])
        .args(words);
    step::run(&mut command)
}

fn version_of(package: &str) -> Option<String> {
    let output = Command::new("dpkg-query")
        .args([
            "--show",
            "--showformat",
            "${db:Status-Status} ${Version}",
            package,
        ])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.strip_prefix("installed ").map(str::to_owned)
}

/// Installs from the backports of the system's release. The mirror is the one that the system
/// already uses for that release; the system's own sources and lists stay as they are.
fn install_from_backports(packages: &[&str]) -> Result<()> {
    let targets = Command::new("apt-get")
        .args([
            "indextargets",
            "--format",
            "$(ORIGIN) $(RELEASE) $(COMPONENT) $(REPO_URI)",
        ])
        .output()
        .context("ask apt-get for the system's sources")?;
    let targets = String::from_utf8_lossy(&targets.stdout).into_owned();
    let Some((release, mirror)) = main_archive(&targets) else {
        bail!("no Debian archive among the system's package sources");
    };
    let suite = format!("{release}-backports");
    println!("adding {suite} for this one installation");

    // Under /tmp, so that apt's unprivileged downloader can reach it.
    let folder = tempfile::Builder::new()
        .prefix("gaze-apt-")
        .permissions(Permissions::from_mode(0o755))
        .tempdir()?;
    let parts = folder.path().join("sources.list.d");
    let lists = folder.path().join("lists");
    fs::create_dir_all(&parts)?;
    fs::create_dir_all(lists.join("partial"))?;
    for part in fs::read_dir("/etc/apt/sources.list.d")
        .into_iter()
        .flatten()
    {
        let part = part?;
        fs::copy(part.path(), parts.join(part.file_name()))
            .with_context(|| format!("copy {}", part.path().display()))?;
    }
    if !targets
        .lines()
        .any(|line| line.split(' ').nth(1) == Some(&suite))
    {
        let line = format!("deb [signed-by={KEYRING}] {mirror} {suite} main\n");
        fs::write(parts.join("gaze-backports.list"), line)?;
    }
    let options = [
        "-o".to_owned(),
        format!("Dir::Etc::sourceparts={}", parts.display()),
        "-o".to_owned(),
        format!("Dir::State::lists={}", lists.display()),
    ];
    let words = |rest: &[&str]| -> Vec<String> {
        options
            .iter()
            .cloned()
            .chain(rest.iter().map(|word| (*word).to_owned()))
            .collect()
    };
    apt(words(&["update"]))?;
    let install = ["install", "-y", "--no-install-recommends", "-t", &suite];
    apt(words(&[&install[..], packages].concat()))
}

/// The release and mirror of Debian's main archive among apt's index targets, one a line:
/// origin, release, component, address.
fn main_archive(targets: &str) -> Option<(String, String)> {
    targets.lines().find_map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["Debian", release, "main", mirror] if !release.contains(['-', '/']) => {
                Some((release.to_owned(), mirror.to_owned()))
            }
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_release_itself() {
        let targets = "Debian bookworm-security main http://security.example/debian-security/\n\
                       Other stable main https://packages.example/\n\
                       Debian bookworm-updates main http://mirror.example/debian/\n\
                       Debian bookworm main http://mirror.example/debian/\n";
        let expected = (
            "bookworm".to_owned(),
            "http://mirror.example/debian/".to_owned(),
        );
        assert_eq!(main_archive(targets), Some(expected));
        assert_eq!(
            main_archive("Ubuntu noble main http://mirror.example/ubuntu/\n"),
            None
        );
    }
}
