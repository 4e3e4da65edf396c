//! Servers that `polity up` starts for itself: Postgres and Anvil.
