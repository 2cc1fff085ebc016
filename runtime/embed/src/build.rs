//! Compiles the library from its source folder: the work of the image crate's build script, and of `JOVIAL_LIB`.
//!
//! Files are compiled by one process, in the order of [`jovial_stdlib::BOOT_ORDER`] and then by name. A file whose modules are needed
//! while another is compiled is compiled first.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jovial_stdlib::compile::Library;
use jovial_vm::CodeSource;
use parking_lot::Mutex;

use crate::output::{Input, Output, Stream};
use crate::system::{Options, System};

/// Finds nothing: every module comes from the folder.
struct Nothing;

impl CodeSource for Nothing {
    fn find(&self, _module: jovial_atoms::Atom) -> Option<jovial_bytecode::Image> {
        None
    }
}

/// Keeps what is written, for the report.
#[derive(Default)]
struct Report(Mutex<String>);

impl Output for Report {
    fn write(&self, _cell: u64, _stream: Stream, text: &str) -> Duration {
        self.0.lock().push_str(text);
        Duration::ZERO
    }

    fn read_line(&self, _cell: u64, _prompt: &str, _password: bool) -> Input {
        Input::End
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "ex") {
            found.push(path);
        }
    }
}

/// The image of the library in a folder, or what was reported when a file did not compile.
pub fn library(folder: &Path) -> Result<Vec<u8>, String> {
    let mut files = Vec::new();
    sources(folder, &mut files);
    let place = |path: &PathBuf| {
        let name = path.strip_prefix(folder).unwrap_or(path).to_string_lossy().into_owned();
        let at = jovial_stdlib::BOOT_ORDER.iter().position(|first| *first == name);
        (at.unwrap_or(usize::MAX), name)
    };
    files.sort_by_key(place);
    let report = Arc::new(Report::default());
    let output: Arc<dyn Output> = report.clone();
    let options = Options { library: Box::new(Nothing), output, argv: Vec::new(), seed: None, events: false };
    let system = System::boot(options).map_err(|error| error.to_string())?;
    let library = Library::of(system.runtime.machine());
    library.begin_build(&files).map_err(|error| error.to_string())?;
    let built = system.compile_library();
    let (mut modules, mut text) = library.end_build();
    text.push_str(&report.0.lock());
    system.runtime.stop();
    if !built {
        return Err(if text.is_empty() { "the library could not be compiled".to_string() } else { text });
    }
    Ok(crate::library_image::write(&mut modules))
}
