//! Against independent implementations (`golden`), and properties that hold for any input.
mod golden;
mod properties;
mod simulated;
mod support;
