//! Ctrl-C and SIGTERM: every wait of the relay ends with them.

use std::time::Duration;

use gami::crossbeam_channel::{bounded, Receiver, RecvTimeoutError, Sender, TryRecvError};

/// Whether it is time to stop; all clones are told at once.
#[derive(Clone)]
pub struct Stop(Receiver<()>);

impl Stop {
    /// What stops, and what tells it to: by being dropped.
    pub fn new() -> (Sender<()>, Self) {
        let (stopper, stop) = bounded(0);
        (stopper, Self(stop))
    }

    /// Stops at Ctrl-C or SIGTERM; the second time the program ends at once.
    pub fn on_signals() -> Result<Self, String> {
        let (stopper, stop) = Self::new();
        let mut stopper = Some(stopper);
        let handler = move || {
            if stopper.take().is_none() {
                std::process::exit(130);
            }
        };
        ctrlc::set_handler(handler).map_err(|error| format!("signals: {error}"))?;
        Ok(stop)
    }

    pub fn is_asked(&self) -> bool {
        self.0.try_recv() == Err(TryRecvError::Disconnected)
    }

    /// Whether it is time to stop, at once if so, after this long if not.
    pub fn wait(&self, time: Duration) -> bool {
        self.0.recv_timeout(time) == Err(RecvTimeoutError::Disconnected)
    }

    /// For `select!`: it is ready once it is time to stop.
    pub fn receiver(&self) -> &Receiver<()> {
        &self.0
    }
}
