//! Reading jobs.

use gaze_sql::{SqlError, Value};

use crate::job::COLUMNS;
use crate::{Job, Jobs, State};

/// Which jobs to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JobList {
    /// Only those of this owner.
    pub owner: Option<String>,
    /// Only those on this subject.
    pub subject: Option<String>,
    /// Only those of these kinds; of all if there is none.
    pub kinds: Vec<String>,
    /// Only those in these states; in all if there is none.
    pub states: Vec<State>,
    /// None of this kind.
    pub except: Option<String>,
    /// Only those not in a final state.
    pub unfinished: bool,
    /// Only those after this job: the id of the last one of the page before. When that job does
    /// not exist any more the page is empty.
    pub after: Option<String>,
    /// At most so many.
    pub limit: u32,
    /// The oldest first.
    pub ascending: bool,
}

impl Jobs {
    /// The job of that id. Its progress is the live one if it runs in this process.
    pub async fn find(&self, id: &str) -> Result<Option<Job>, SqlError> {
        let sql = format!("SELECT {COLUMNS} FROM job WHERE id = $1");
        Ok(self.select(&sql, &[id.into()]).await?.pop())
    }

    /// Of these jobs, those in a final state and how they got there, in one statement.
    pub async fn finished_among(&self, ids: &[String]) -> Result<Vec<Job>, SqlError> {
        let Some(last) = ids.last() else {
            return Ok(Vec::new());
        };
        let places = ids.len().next_power_of_two();
        let args: Vec<Value> = ids
            .iter()
            .chain(std::iter::repeat(last))
            .take(places)
            .map(Value::from)
            .collect();
        let sql = format!(
            "SELECT {COLUMNS} FROM job WHERE finished_at IS NOT NULL AND id IN ({})",
            placeholders(1, places)
        );
        self.select(&sql, &args).await
    }

    /// A page of jobs, newest first unless asked otherwise, with live progress as [`Jobs::find`].
    pub async fn list(&self, list: &JobList) -> Result<Vec<Job>, SqlError> {
        let (sql, args) = statement(list);
        self.select(&sql, &args).await
    }

    /// How many jobs of each kind are in each state.
    pub async fn counts(&self) -> Result<Vec<(String, State, u64)>, SqlError> {
        let sql = "SELECT kind, state, COUNT(*) FROM job GROUP BY kind, state ORDER BY kind, state";
        let rows = self.shared.db.query(sql, &[]).await?;
        rows.iter()
            .map(|row| Ok((row.text(0)?, State::read(row, 1)?, row.unsigned(2)?)))
            .collect()
    }

    pub(crate) async fn select(&self, sql: &str, args: &[Value]) -> Result<Vec<Job>, SqlError> {
        let rows = self.shared.db.query(sql, args).await?;
        rows.iter()
            .map(|row| {
                let mut job = Job::read(row)?;
                self.shared.registry.refresh(&mut job);
                Ok(job)
            })
            .collect()
    }
}

/// The statement that lists, and its arguments.
fn statement(list: &JobList) -> (String, Vec<Value>) {
    let mut args = vec![Value::from(list.limit)];
    let mut wanted = Vec::new();
    if let Some(owner) = &list.owner {
        args.push(owner.into());
        wanted.push(format!("owner = ${}", args.len()));
    }
    if let Some(subject) = &list.subject {
        args.push(subject.into());
        wanted.push(format!("subject = ${}", args.len()));
    }
    if let Some(kind) = &list.except {
        args.push(kind.into());
        wanted.push(format!("kind <> ${}", args.len()));
    }
    if !list.kinds.is_empty() {
        let first = args.len() + 1;
        args.extend(list.kinds.iter().map(Value::from));
        let places = placeholders(first, list.kinds.len());
        wanted.push(format!("kind IN ({places})"));
    }
    if !list.states.is_empty() {
        let first = args.len() + 1;
        args.extend(list.states.iter().map(|state| state.as_str().into()));
        let places = placeholders(first, list.states.len());
        wanted.push(format!("state IN ({places})"));
    }
    if list.unfinished {
        wanted.push("finished_at IS NULL".to_owned());
    }
    let (direction, behind) = if list.ascending {
        ("ASC", '>')
    } else {
        ("DESC", '<')
    };
    if let Some(after) = &list.after {
        args.push(after.into());
        let place = args.len();
        wanted.push(format!(
            "(created_at, id) {behind} ((SELECT created_at FROM job WHERE id = ${place}), ${place})"
        ));
    }
    let filter = if wanted.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", wanted.join(" AND "))
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM job {filter} ORDER BY created_at {direction}, id {direction} LIMIT $1"
    );
    (sql, args)
}

/// `$first, ..` so many.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count)
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}
