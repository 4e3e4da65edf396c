//! Writes `contracts/test/vectors/*.json`, which Solidity and TypeScript are held to: `cargo run -p protocol --example
//! write_vectors` from anywhere in the checkout.

#[path = "../tests/vectors/cases/mod.rs"]
mod cases;

fn main() -> std::io::Result<()> {
    for (path, text) in cases::files() {
        std::fs::write(&path, text)?;
        println!("{}", path.display());
    }
    Ok(())
}
