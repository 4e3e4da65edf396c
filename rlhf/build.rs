//! Bakes the folder of libtorch's libraries into the binary's search path, so that `rlhf` runs without `LD_LIBRARY_PATH`.

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-env-changed=LIBTORCH");
    // Without LIBTORCH torch-sys downloads or finds libtorch itself, and a system library needs no rpath.
    let Some(root) = std::env::var_os("LIBTORCH") else { return };
    let lib = PathBuf::from(root).join("lib");
    println!("cargo:rustc-link-arg=-Wl,-rpath,{}", lib.display());
    println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
    println!("cargo:rustc-link-arg=-ltorch");
}
