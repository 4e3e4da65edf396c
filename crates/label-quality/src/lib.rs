//! What many people's answers say together, and how far to trust each of them.
//!
//! | question | module |
//! |---|---|
//! | what did most say? | [`vote`]: majority, Wawa, uncertainty |
//! | what is probably true, and who errs how? | [`dawid_skene`] (also with one error rate a worker), [`mace`] |
//! | do they agree more than by chance? | [`agreement`]: Krippendorff's alpha |
//! | which is better, by how much, how surely? | [`bradley_terry`], [`davidson`] (ties), [`noisy`] (unreliable workers) |
//! | what should a reward model learn? | [`preferences`]: soft labels and weights |
//!
//! Everything is a function of its arguments: no clock, file or generator, a seed where something is drawn. Rows are sorted
//! before anything is summed, so their order changes no bit of the result. [`preferences`] goes further: it uses additions,
//! multiplications, divisions and square roots only, which IEEE 754 defines to the last bit, so that every machine finds the
//! same numbers. The others call `exp` and `ln`, whose last bit differs between platforms.
//!
//! Nothing here decides what anybody is paid. These figures are estimates of a model that may be wrong; pay is exact integers
//! by a rule that can be disputed.
//!
//! To add a method: a module with one function that takes [`Labels`] (or [`bradley_terry::Comparisons`]), and a golden file
//! under `tests/golden` made by an independent implementation.

pub mod agreement;
pub mod bradley_terry;
pub mod davidson;
pub mod dawid_skene;
mod digamma;
mod labels;
mod lbfgs;
pub mod mace;
mod newton;
pub mod noisy;
pub mod preferences;
mod product;
mod random;
pub mod vote;

pub use labels::{LabelError, Labels, Posterior};
