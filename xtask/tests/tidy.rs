//! The house rules that a machine can check: edges between crates, headers, paths in documents, leftovers.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which crate may use which. A new arrow is a decision: it shows in review as a changed line here.
const EDGES: &[(&str, &[&str])] = &[
    ("runtime/atoms", &[]),
    ("runtime/syntax", &["atoms"]),
    ("runtime/term", &["atoms"]),
    ("runtime/bytecode", &["atoms"]),
    ("runtime/compiler", &["atoms", "syntax", "bytecode"]),
    ("runtime/vm", &["atoms", "term", "bytecode"]),
    ("runtime/processes", &["atoms", "term", "bytecode", "vm"]),
    ("runtime/stdlib", &["atoms", "term", "bytecode", "vm", "processes", "syntax", "compiler"]),
    ("runtime/image", &["embed"]),
    ("runtime/embed", &["atoms", "term", "bytecode", "vm", "processes", "syntax", "compiler", "stdlib"]),
    ("kernel/wire", &[]),
    ("kernel/server", &["wire"]),
    ("kernel/app", &["wire", "server", "embed", "image"]),
    ("tests/runner", &["embed", "image"]),
    ("xtask", &[]),
];

/// Crates that may hold unsafe code; every other one forbids it.
const UNSAFE: &[&str] = &["runtime/term", "runtime/vm", "runtime/processes"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "target" && !name.starts_with('.') {
                files(&path, ending, found);
            }
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
}

fn all(ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["runtime", "kernel", "xtask", "tests"] {
        files(&root().join(folder), ending, &mut found);
    }
    found.sort();
    found
}

fn short(path: &Path) -> String {
    path.strip_prefix(root()).unwrap().display().to_string()
}

#[test]
fn crates_use_only_what_the_map_allows() {
    let mut wrong = Vec::new();
    for manifest in all("Cargo.toml") {
        let folder = short(manifest.parent().unwrap());
        let Some((_, allowed)) = EDGES.iter().find(|(name, _)| *name == folder) else {
            if !folder.starts_with("tests") {
                wrong.push(format!("{folder} is not in the map"));
            }
            continue;
        };
        let mut section = String::new();
        for line in fs::read_to_string(&manifest).unwrap().lines() {
            if line.starts_with('[') {
                section = line.to_string();
            } else if let Some(rest) = line.strip_prefix("jovial-") {
                let used: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                if section != "[dev-dependencies]" && !allowed.contains(&used.as_str()) {
                    wrong.push(format!("{folder} must not use {used}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn unsafe_code_is_forbidden_outside_the_three_crates() {
    let mut wrong = Vec::new();
    for (folder, _) in EDGES {
        for file in ["src/lib.rs", "src/main.rs"] {
            let path = root().join(folder).join(file);
            if let Ok(text) = fs::read_to_string(&path)
                && !UNSAFE.contains(folder)
                && !text.contains("#![forbid(unsafe_code)]")
            {
                wrong.push(short(&path));
            }
        }
    }
    assert!(wrong.is_empty(), "these do not forbid unsafe code: {}", wrong.join(", "));
}

/// Where unsafe code lies is told by the header of its crate: a paragraph names the modules, a parent for all below it.
#[test]
fn unsafe_code_lies_in_the_modules_that_are_named() {
    let mut wrong = Vec::new();
    for folder in UNSAFE {
        let source = root().join(folder).join("src");
        let header = fs::read_to_string(source.join("lib.rs")).unwrap();
        let named = header.split("//! `unsafe` lies in ").nth(1).unwrap_or_default();
        let named: String = named.lines().take_while(|line| line.trim() != "//!" && !line.trim().is_empty()).collect();
        let mut found = Vec::new();
        files(&source, ".rs", &mut found);
        for path in found {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
            let marks = ["unsafe {", "unsafe fn", "unsafe impl", "unsafe trait", "unsafe extern"];
            let unsafes = code.filter(|line| marks.iter().any(|mark| line.contains(mark))).count();
            let module = path.strip_prefix(&source).unwrap().with_extension("");
            let module = module.to_string_lossy();
            let parent = module.split('/').next().unwrap_or_default();
            let is_named = [&*module, parent].iter().any(|name| named.contains(&format!("`{name}`")));
            if unsafes > 0 && !is_named && module != "lib" {
                wrong.push(short(&path));
            }
        }
    }
    assert!(wrong.is_empty(), "unsafe code in modules that no header names: {}", wrong.join(", "));
}

#[test]
fn every_rust_file_says_what_it_is_for() {
    let wrong: Vec<String> = all(".rs")
        .into_iter()
        .filter(|path| !fs::read_to_string(path).unwrap().starts_with("//!"))
        .map(|path| short(&path))
        .collect();
    assert!(wrong.is_empty(), "these open without a header: {}", wrong.join(", "));
}

#[test]
fn every_library_module_has_a_moduledoc() {
    let mut wrong = Vec::new();
    let lib = root().join("runtime/stdlib/lib");
    let mut found = Vec::new();
    files(&lib, ".ex", &mut found);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        let modules =
            text.lines().filter(|line| line.starts_with("defmodule ") || line.starts_with("defprotocol ")).count();
        let documents = text.matches("@moduledoc").count();
        if documents < modules {
            wrong.push(short(&path));
        }
    }
    assert!(wrong.is_empty(), "modules without a moduledoc in: {}", wrong.join(", "));
}

#[test]
fn paths_in_the_map_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut named = BTreeSet::new();
    for part in text.split('`').skip(1).step_by(2) {
        let is_path = part.contains('/') && part.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        if is_path
            && ["runtime/", "kernel/", "docs/", "tests/", "notebooks/", "xtask/"].iter().any(|p| part.starts_with(p))
        {
            named.insert(part.to_string());
        }
    }
    let wrong: Vec<String> = named.into_iter().filter(|path| !root().join(path).exists()).collect();
    assert!(wrong.is_empty(), "ARCHITECTURE.md names what is not there: {}", wrong.join(", "));
}

#[test]
fn nothing_is_left_over() {
    let marks = [
        concat!("dbg", "!("),
        concat!("FIX", "ME"),
        concat!("TO", "DO"),
        concat!("todo", "!("),
        concat!("unimpl", "emented!("),
    ];
    let mut wrong = Vec::new();
    for path in all(".rs").into_iter().chain(all(".ex")) {
        let text = fs::read_to_string(&path).unwrap();
        for mark in marks {
            if text.contains(mark) {
                wrong.push(format!("{mark} in {}", short(&path)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
