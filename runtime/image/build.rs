//! Compiles the library's `.ex` files to the image that the binary embeds.

use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let lib = root.join("../stdlib/lib");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed={}", lib.display());
    watch(&lib);
    match jovial_embed::build::library(&lib) {
        Ok(image) => std::fs::write(out.join("library.image"), image).expect("the output folder can be written to"),
        Err(report) => {
            for line in report.lines() {
                println!("cargo::error={line}");
            }
            std::process::exit(1);
        }
    }
}

/// A changed or new file in any folder makes the script run again.
fn watch(folder: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            watch(&path);
        }
    }
}
