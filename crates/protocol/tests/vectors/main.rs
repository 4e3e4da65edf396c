//! The checked-in vectors are what this crate computes today.

mod cases;

#[test]
fn the_checked_in_vectors_are_fresh() {
    for (path, expected) in cases::files() {
        let actual = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            actual == expected,
            "{} is stale: run `cargo run -p protocol --example write_vectors`",
            path.display()
        );
    }
}
