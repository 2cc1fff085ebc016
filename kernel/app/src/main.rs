//! The binary `jovial`: the kernel, its registration with Jupyter, and scripts without Jupyter.
#![forbid(unsafe_code)]

mod elixir;
mod kernelspec;
mod notebook;
mod script;
mod shape;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};
use jovial_server::Server;
use jovial_wire::Connection;

#[global_allocator]
static ALLOCATOR: jovial_embed::Allocator = jovial_embed::Allocator;

/// Elixir for notebooks and scripts.
#[derive(Parser)]
#[command(name = "jovial", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the Jupyter kernel (called by Jupyter).
    Kernel {
        /// The connection file.
        #[arg(short = 'f', long = "connection-file")]
        file: PathBuf,
        /// Makes the session repeatable.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Registers the kernel with Jupyter.
    Install {
        /// For this user (the default).
        #[arg(long)]
        user: bool,
        /// In the active Python environment.
        #[arg(long, conflicts_with = "user")]
        sys_prefix: bool,
        /// Under this folder.
        #[arg(long, conflicts_with_all = ["user", "sys_prefix"])]
        prefix: Option<PathBuf>,
        /// The kernelspec's name.
        #[arg(long, default_value = "jovial")]
        name: String,
        /// Makes sessions of this kernelspec repeatable.
        #[arg(long)]
        seed: Option<u64>,
    },
    /// Removes the kernelspec again.
    Uninstall {
        #[arg(long)]
        sys_prefix: bool,
        #[arg(long, conflicts_with = "sys_prefix")]
        prefix: Option<PathBuf>,
        #[arg(long, default_value = "jovial")]
        name: String,
    },
    /// Runs a script as `elixir FILE` does.
    Run {
        /// Makes the run repeatable: one scheduler, choices and randomness from the seed, virtual time.
        #[arg(long)]
        seed: Option<u64>,
        file: PathBuf,
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Evaluates a text.
    Eval { code: String },
    /// Executes notebooks and compares what they show with what they showed when they were saved.
    Test {
        #[arg(required = true)]
        notebooks: Vec<PathBuf>,
    },
    /// Prints what a stage of compiling makes of a file.
    Show { stage: Stage, file: PathBuf },
    /// Prints the version.
    Version,
}

#[derive(Clone, Copy, ValueEnum)]
enum Stage {
    /// What the tokenizer sees.
    Tokens,
    /// The syntax tree.
    Quoted,
    /// The tree with its macros expanded.
    Expanded,
    /// The instructions of the modules that the file defines.
    Bytecode,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Kernel { file, seed } => kernel(&file, seed),
        Command::Install { user: _, sys_prefix, prefix, name, seed } => {
            kernelspec::install(sys_prefix, prefix.as_deref(), &name, seed).map(|place| {
                script::say(&format!("Installed the kernelspec {name} in {}", place.display()));
                0
            })
        }
        Command::Uninstall { sys_prefix, prefix, name } => kernelspec::uninstall(sys_prefix, prefix.as_deref(), &name)
            .map(|place| {
                script::say(&format!("Removed {}", place.display()));
                0
            }),
        Command::Run { seed, file, args } => script::run(&file, args, seed),
        Command::Eval { code } => script::eval(&code),
        Command::Test { notebooks } => notebook::test(&notebooks),
        Command::Show { stage, file } => {
            let stage = match stage {
                Stage::Tokens => jovial_embed::Stage::Tokens,
                Stage::Quoted => jovial_embed::Stage::Quoted,
                Stage::Expanded => jovial_embed::Stage::Expanded,
                Stage::Bytecode => jovial_embed::Stage::Bytecode,
            };
            script::show(stage, &file)
        }
        Command::Version => {
            script::say(&format!("jovial {} (Elixir 1.18.4)", env!("CARGO_PKG_VERSION")));
            Ok(0)
        }
    };
    match outcome {
        Ok(status) => script::leave(status),
        Err(message) => {
            script::complain(&message);
            ExitCode::FAILURE
        }
    }
}

fn kernel(file: &std::path::Path, seed: Option<u64>) -> Result<i32, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let connection = Connection::parse(&text).map_err(|error| format!("{}: {error}", file.display()))?;
    let origin_only = std::env::var("JOVIAL_LATE_OUTPUT").is_ok_and(|value| value == "origin");
    let seed = seed.or_else(|| std::env::var("JOVIAL_SEED").ok().and_then(|seed| seed.parse().ok()));
    let parent = std::env::var("JPY_PARENT_PID").ok().and_then(|pid| pid.parse().ok()).filter(|pid| *pid != 1);
    let server = Server::start(connection, origin_only).map_err(|error| error.to_string())?;
    let language = Arc::new(elixir::Elixir::start(server.frontend(), seed)?);
    on_signals(server.interrupter(), server.stopper()).map_err(|error| format!("signals: {error}"))?;
    server.run(language, parent).map_err(|error| error.to_string())
}

/// SIGINT interrupts the cell as an interrupt request does, SIGTERM shuts down.
fn on_signals(
    interrupt: impl Fn() + Send + 'static,
    stop: impl Fn(i32) + Send + 'static,
) -> Result<(), std::io::Error> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM])?;
    std::thread::Builder::new().name("signals".into()).spawn(move || {
        for signal in signals.forever() {
            if signal == SIGINT { interrupt() } else { stop(0) }
        }
    })?;
    Ok(())
}
