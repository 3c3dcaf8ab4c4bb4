//! One step of a command: said before, timed, its counts kept.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How many checks passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl Counts {
    /// Reads a line such as `12 passed, 0 failed` (ours) or
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; …` (cargo's). `None` for any other line,
    /// such as an indented one: a suite within a suite, which is counted outside.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let (counts, separator) = match line.strip_prefix("test result: ") {
            Some(rest) => (rest.split_once(". ")?.1, "; "),
            None => (line, ", "),
        };
        let mut parts = counts.split(separator);
        let passed = parts.next()?.strip_suffix(" passed")?.parse().ok()?;
        let failed = parts.next()?.strip_suffix(" failed")?.parse().ok()?;
        Some(Self { passed, failed })
    }
}

/// What became of the steps so far.
#[derive(Debug, Default)]
pub(crate) struct Report {
    counts: Counts,
    times: Vec<(String, Duration, bool)>,
}

impl Report {
    /// Carries out a step that prints no counts of its own: one that fails counts as one failed
    /// check, so that a summary never reads as a success.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Result<()>) -> Option<()> {
        self.counted(name, || work().map(|()| Counts::default()))
            .then_some(())
    }

    /// Carries out a step that knows how many checks it made.
    pub(crate) fn counted(&mut self, name: &str, work: impl FnOnce() -> Result<Counts>) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let result = work();
        let good = match result {
            Ok(counts) => {
                self.counts.passed += counts.passed;
                self.counts.failed += counts.failed;
                counts.failed == 0
            }
            Err(error) => {
                println!("{name} failed: {error:#}");
                self.counts.failed += 1;
                false
            }
        };
        self.times.push((name.to_owned(), start.elapsed(), good));
        good
    }

    /// Prints the times and, last of all, the line of counts. Whether nothing failed.
    pub(crate) fn close(&self) -> bool {
        println!();
        for (name, time, good) in &self.times {
            let word = if *good { "ok" } else { "FAILED" };
            println!("{:>7.1} s  {word:<6}  {name}", time.as_secs_f64());
        }
        let Counts { passed, failed } = self.counts;
        println!("{passed} passed, {failed} failed");
        failed == 0
    }
}

/// Runs a command to its end with its output shown.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", words(command));
    let status = command
        .status()
        .with_context(|| format!("start {}", words(command)))?;
    anyhow::ensure!(status.success(), "{} ended with {status}", words(command));
    Ok(())
}

/// Runs a command to its end, shows its output and adds up the lines of counts in it. A command
/// that fails without a failed check counts as one.
pub(crate) fn count(command: &mut Command) -> Result<Counts> {
    println!("$ {}", words(command));
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {}", words(command)))?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).split(b'\n') {
            let line = line.context("read the command's output")?;
            let line = String::from_utf8_lossy(&line);
            let mut out = std::io::stdout().lock();
            writeln!(out, "{line}").context("write to standard output")?;
            if let Some(more) = Counts::parse(&line) {
                counts.passed += more.passed;
                counts.failed += more.failed;
            }
        }
    }
    let status = child
        .wait()
        .with_context(|| format!("wait for {}", words(command)))?;
    if !status.success() && counts.failed == 0 {
        println!("{} ended with {status}", words(command));
        counts.failed = 1;
    }
    Ok(counts)
}

fn words(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_counts_are_told_from_other_lines() {
        let check = |line: &str, expected: Option<(u64, u64)>| {
            let counts = Counts::parse(line).map(|counts| (counts.passed, counts.failed));
            assert_eq!(counts, expected, "{line}");
        };
        check("12 passed, 3 failed", Some((12, 3)));
        let ok = "test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out";
        check(ok, Some((5, 0)));
        check(
            "test result: FAILED. 5 passed; 2 failed; 0 ignored",
            Some((5, 2)),
        );
        check("all 5 passed, 0 failed", None);
        check("     5 passed, 0 failed", None);
        check("test life::tests::x ... ok", None);
        check("", None);
    }

    #[test]
    fn a_command_that_dies_without_a_word_counts_as_failed() {
        let counts = count(Command::new("false").arg("x")).unwrap();
        assert_eq!(
            counts,
            Counts {
                passed: 0,
                failed: 1
            }
        );
    }

    #[test]
    fn counts_of_several_runs_add_up() {
        let script = "echo '2 passed, 0 failed'; echo 'test result: ok. 3 passed; 0 failed'";
        let counts = count(Command::new("sh").args(["-c", script])).unwrap();
        assert_eq!(
            counts,
            Counts {
                passed: 5,
                failed: 0
            }
        );
    }
}
