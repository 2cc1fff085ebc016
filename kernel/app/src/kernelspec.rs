//! The kernelspec: where Jupyter finds the kernel and how it starts it.

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::json;

/// What launchers show beside the name.
const LOGOS: [(&str, &[u8]); 3] = [
    ("logo-32x32.png", include_bytes!("../logo/logo-32x32.png")),
    ("logo-64x64.png", include_bytes!("../logo/logo-64x64.png")),
    ("logo-svg.svg", include_bytes!("../logo/logo-svg.svg")),
];

/// The folder that holds kernelspecs.
fn kernels(sys_prefix: bool, prefix: Option<&Path>) -> Result<PathBuf, String> {
    if let Some(prefix) = prefix {
        return Ok(prefix.join("share/jupyter/kernels"));
    }
    if sys_prefix {
        let active = env::var_os("VIRTUAL_ENV").or_else(|| env::var_os("CONDA_PREFIX"));
        let active = active.ok_or("no virtual or conda environment is active")?;
        return Ok(Path::new(&active).join("share/jupyter/kernels"));
    }
    if let Some(data) = env::var_os("JUPYTER_DATA_DIR") {
        return Ok(Path::new(&data).join("kernels"));
    }
    let home = env::var_os("HOME").ok_or("HOME is not set")?;
    let home = Path::new(&home);
    Ok(if cfg!(target_os = "macos") {
        home.join("Library/Jupyter/kernels")
    } else {
        match env::var_os("XDG_DATA_HOME") {
            Some(data) => Path::new(&data).join("jupyter/kernels"),
            None => home.join(".local/share/jupyter/kernels"),
        }
    })
}

/// Writes the kernelspec and gives its folder.
pub(crate) fn install(
    sys_prefix: bool,
    prefix: Option<&Path>,
    name: &str,
    seed: Option<u64>,
) -> Result<PathBuf, String> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    if name.is_empty() || !name.chars().all(legal) {
        return Err(format!("a kernelspec's name has letters, digits, '.', '_' and '-' only, unlike {name}"));
    }
    let folder = kernels(sys_prefix, prefix)?.join(name);
    let binary =
        env::current_exe().and_then(|path| path.canonicalize()).map_err(|error| format!("this program: {error}"))?;
    let mut argv =
        vec![binary.to_string_lossy().into_owned(), "kernel".into(), "-f".into(), "{connection_file}".into()];
    let mut display = "Elixir (Jovial)".to_string();
    if let Some(seed) = seed {
        argv.extend(["--seed".into(), seed.to_string()]);
        display = format!("Elixir (Jovial, seed {seed})");
    }
    let spec = json!({
        "argv": argv,
        "display_name": display,
        "language": "elixir",
        "interrupt_mode": "message",
        "kernel_protocol_version": jovial_wire::PROTOCOL_VERSION,
        "metadata": { "debugger": false },
    });
    let text = serde_json::to_string_pretty(&spec).map_err(|error| error.to_string())?;
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (name, bytes) in LOGOS.into_iter().chain([("kernel.json", (text + "\n").as_bytes())]) {
        let file = folder.join(name);
        fs::write(&file, bytes).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(folder)
}

/// Removes the kernelspec's folder and gives its path.
pub(crate) fn uninstall(sys_prefix: bool, prefix: Option<&Path>, name: &str) -> Result<PathBuf, String> {
    let folder = kernels(sys_prefix, prefix)?.join(name);
    if !folder.join("kernel.json").exists() {
        return Err(format!("there is no kernelspec {}", folder.display()));
    }
    fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}
