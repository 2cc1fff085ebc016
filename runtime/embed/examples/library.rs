//! Compiles the library from a folder and writes its image: `library FOLDER IMAGE`.
#![allow(clippy::print_stderr, reason = "a tool for the terminal")]

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let (Some(folder), Some(out)) = (args.next(), args.next()) else {
        eprintln!("usage: library FOLDER IMAGE");
        return ExitCode::FAILURE;
    };
    match jovial_embed::build::library(Path::new(&folder)) {
        Ok(image) => {
            eprintln!("{} bytes", image.len());
            match std::fs::write(&out, image) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    eprintln!("{out}: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        Err(report) => {
            eprintln!("{report}");
            ExitCode::FAILURE
        }
    }
}
