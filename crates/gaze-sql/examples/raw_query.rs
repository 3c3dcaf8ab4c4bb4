//! How often one thread can ask SQLite one prepared question, with nothing of this project between
//! them: the limit that measurements of the service are read against.
//!
//! `cargo run --release -p gaze-sql --example raw_query -- FILE SECONDS SQL ARGUMENT`
//!
//! Prints how often a second, each time reading all columns of all rows.

#![expect(
    clippy::print_stdout,
    reason = "the figure is what this program is for"
)]

use std::error::Error;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [file, seconds, sql, argument] = words.as_slice() else {
        return Err("a file, seconds, a statement and its argument are needed".into());
    };
    let reading = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, reading)?;
    let mut statement = connection.prepare(sql)?;
    let width = statement.column_count();
    let (begun, length) = (Instant::now(), Duration::from_secs(seconds.parse()?));
    let (mut asked, mut seen) = (0_u32, 0);
    while begun.elapsed() < length {
        let mut rows = statement.query([argument])?;
        while let Some(row) = rows.next()? {
            for column in 0..width {
                seen +=
                    usize::from(row.get_ref(column)?.data_type() != rusqlite::types::Type::Null);
            }
        }
        asked += 1;
    }
    if seen == 0 {
        return Err("the statement finds nothing".into());
    }
    println!("{:.0}", f64::from(asked) / begun.elapsed().as_secs_f64());
    Ok(())
}
