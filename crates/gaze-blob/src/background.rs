//! Threads that work through images step back behind those that answer requests.

/// The least that Linux gives a thread: beside a busy thread of ordinary priority it runs for about
/// a seventieth of the time, alone it has the whole processor. Digests of a storm of uploads are
/// many threads, and together must not outweigh the few that answer.
const NICENESS: i32 = 19;

/// Lowers the calling thread's priority, and that of no other: on Linux each thread has its own.
/// Where that is not allowed, the thread works on as it is.
pub(crate) fn step_back() {
    rustix::process::setpriority_process(None, NICENESS).ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_thread_that_asks_steps_back() {
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let before = niceness();
        let within = std::thread::spawn(move || {
            step_back();
            niceness()
        });
        assert_eq!(within.join().unwrap(), NICENESS);
        assert_eq!(niceness(), before);
    }
}
