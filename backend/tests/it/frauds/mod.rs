//! Every way to cheat an epoch, found by somebody who knows nothing but the chain and the published files, and settled by
//! the contracts. [`court::Court`] opens the epoch and takes the lie.
mod before;
mod court;
mod draft;
mod labelers;
mod operators;
mod proposers;
mod watching;
