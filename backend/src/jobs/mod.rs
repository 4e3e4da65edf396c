//! Work that is not done while a request waits, queued in Postgres. One file per kind.
