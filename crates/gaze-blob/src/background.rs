//! Threads that work through images step back behind those that answer requests.

use std::sync::Arc;

use crate::flow::Gauge;

/// The least that Linux gives a thread: beside a busy thread of ordinary priority it runs for about
/// a seventieth of the time, alone it has the whole processor. Digests of a storm of uploads are
/// many threads, and together must not outweigh the few that answer.
const NICENESS: i32 = 19;

/// Lowers the calling thread's priority, and that of no other: on Linux each thread has its own.
/// Where that is not allowed, the thread works on as it is.
fn step_back() {
    rustix::process::setpriority_process(None, NICENESS).ok();
}

/// What a thread works for.
#[derive(Clone, Debug)]
pub(crate) enum Work {
    /// An image that somebody is writing. As long as it is the only one it has the machine like
    /// any request: measured on two processors, an upload is a sixth faster so, since the kernel
    /// leaves a processor idle for a moment rather than to fetch it a thread that has stepped back.
    Writer(Arc<Gauge>),
    /// What nobody waits for.
    Background,
}

/// How the calling thread behaves towards others.
#[derive(Debug)]
pub(crate) struct Manners {
    work: Work,
    stepped_back: bool,
}

impl Manners {
    pub(crate) fn new(work: Work) -> Self {
        Self {
            work,
            stepped_back: false,
        }
    }

    /// Steps back if it is time to, once and for all: only an administrator's thread could step
    /// forward again.
    pub(crate) fn mind(&mut self) {
        let is_time = match &self.work {
            Work::Writer(gauge) => gauge.is_crowded(),
            Work::Background => true,
        };
        if is_time && !self.stepped_back {
            step_back();
            self.stepped_back = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::Budget;

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

    #[test]
    fn a_writer_steps_back_when_it_is_not_alone_any_more() {
        let gauge = Arc::new(Gauge::default());
        let alone = Budget::new(Arc::clone(&gauge));
        let mut writer = Manners::new(Work::Writer(Arc::clone(&gauge)));
        writer.mind();
        assert!(!writer.stepped_back);
        // Not in this thread, which other tests use after this one.
        let met = std::thread::spawn(move || {
            let other = Budget::new(gauge);
            writer.mind();
            drop(other);
            writer.mind();
            writer.stepped_back
        });
        assert!(met.join().unwrap());
        drop(alone);
    }
}
