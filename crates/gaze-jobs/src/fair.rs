//! Whose turn it is among the owners of jobs that are due.

/// Asks, in one statement, for the owner whose job is next: of those who have one that is due,
/// whoever has the fewest running, and among these the next after `last` in a circle of all ids.
/// `$1` is the class, `$2` the present, `kinds` the rest of the condition, and `last` the number of
/// the argument with the owner that had its turn last.
///
/// Owners are found one by one through the index `job_waiting`, each by the next larger id, so that
/// it costs by how many owners wait and not by how many jobs.
pub(crate) fn next_owner(kinds: &str, last: usize) -> String {
    format!(
        "WITH RECURSIVE found (owner) AS (
            SELECT MIN(owner) FROM job WHERE class = $1 AND finished_at IS NULL
            UNION ALL
            SELECT (SELECT MIN(job.owner) FROM job
                WHERE class = $1 AND finished_at IS NULL AND job.owner > found.owner)
            FROM found WHERE found.owner IS NOT NULL
        ), waiting (owner, due_at, running) AS (
            SELECT found.owner,
                (SELECT MIN(job.due_at) FROM job WHERE class = $1 AND finished_at IS NULL
                    AND job.owner = found.owner AND job.due_at <= $2 AND {kinds}),
                (SELECT COUNT(*) FROM job WHERE class = $1 AND finished_at IS NULL
                    AND job.owner = found.owner AND job.due_at > $2
                    AND state = 'running' AND is_inline = 0)
            FROM found WHERE found.owner IS NOT NULL
        )
        SELECT owner FROM waiting WHERE due_at IS NOT NULL
        ORDER BY running, CASE WHEN owner > ${last} THEN 0 ELSE 1 END, owner LIMIT 1"
    )
}
