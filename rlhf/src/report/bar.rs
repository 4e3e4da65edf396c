//! A line at the bottom of the terminal that says how far a run is.

use std::time::Instant;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Event, Phase, Report};

/// Shows the phase, tokens a second and the time that is left; nothing where standard error is no terminal.
#[derive(Default)]
pub struct Bar {
    current: Option<(Phase, ProgressBar)>,
    before: Option<Instant>,
}

impl Report for Bar {
    fn event(&mut self, event: &Event) {
        let Event::Progress { phase, step, steps, metrics } = event else {
            if let Some((_, bar)) = self.current.take() {
                bar.finish();
            }
            return;
        };
        if self.current.as_ref().is_none_or(|(current, _)| current != phase) {
            let style = ProgressStyle::with_template("{prefix:8} {wide_bar} {pos}/{len}  {msg}  {eta} left")
                .expect("the template is valid");
            let bar =
                ProgressBar::new(*steps).with_style(style).with_prefix(format!("{phase:?}").to_lowercase());
            if let Some((_, done)) = self.current.replace((*phase, bar)) {
                done.finish();
            }
            self.before = None;
        }
        let seconds = self.before.replace(Instant::now()).map(|before| before.elapsed().as_secs_f64());
        if let Some((_, bar)) = &self.current {
            bar.set_length(*steps);
            bar.set_position(*step);
            if let Some((tokens, seconds)) = metrics.get("tokens").zip(seconds) {
                bar.set_message(format!("{:.0} tokens/s", tokens / seconds.max(1e-9)));
            }
        }
    }
}
