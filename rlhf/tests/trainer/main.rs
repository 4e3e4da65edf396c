//! Tests of the trainer: formulas, known faults of other trainers, and whole runs on a tiny model.

mod ensemble;
mod eval;
mod export;
mod formulas;
mod golden;
mod grammar;
mod learning;
mod noise;
mod plain_loops;
mod process_group;
mod recorded;
mod resume;
mod runs;
mod serving;
mod toy;
