//! The one signal that ends everything.
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Ends everything.
#[derive(Debug, Clone)]
pub struct ShutdownSwitch(watch::Sender<bool>);

/// Tells when everything ends. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Shutdown(watch::Receiver<bool>);

impl ShutdownSwitch {
    /// A switch that is off, and its first observer.
    pub fn new() -> (Self, Shutdown) {
        let (sender, receiver) = watch::channel(false);
        (Self(sender), Shutdown(receiver))
    }

    /// End everything; more than once is harmless.
    pub fn turn_on(&self) {
        self.0.send_replace(true);
    }
}

impl Shutdown {
    /// Whether it is time to end.
    pub fn is_on(&self) -> bool {
        *self.0.borrow()
    }

    /// Resolves when it is time to end; at once if it is already.
    pub async fn wait(&mut self) {
        // An error means that the switch is gone, and whoever held it with it.
        self.0.wait_for(|on| *on).await.ok();
    }

    /// As [`Shutdown::wait`], for futures that outlive their scope.
    pub async fn wait_owned(mut self) {
        self.wait().await;
    }
}

/// A switch that Ctrl-C and SIGTERM turn on.
pub fn on_signals() -> (ShutdownSwitch, Shutdown) {
    let (switch, shutdown) = ShutdownSwitch::new();
    let on_signal = switch.clone();
    tokio::spawn(async move {
        let mut terminate = signal(SignalKind::terminate()).expect("SIGTERM can be listened to");
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        on_signal.turn_on();
    });
    (switch, shutdown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_observer_sees_the_switch_also_when_it_looks_late() {
        let (switch, shutdown) = ShutdownSwitch::new();
        let mut other = shutdown.clone();
        assert!(!shutdown.is_on());
        switch.turn_on();
        other.wait().await;
        shutdown.clone().wait_owned().await;
        assert!(shutdown.is_on());
    }
}
