#!/usr/bin/env bash
# Builds Jovial, puts the binary into ~/.local/bin, registers the kernel with Jupyter and executes a notebook with it.
# Safe to run twice. Options: --with-rust fetches Rust by rustup (after asking), --uninstall takes it all away again.
set -euo pipefail
cd "$(dirname "$0")"

rust_wanted="1.95"
home_bin="$HOME/.local/bin"
own_venv="$HOME/.local/share/jovial/venv"
output="$HOME/.local/share/jovial/processes.html"
# The environments in which the kernel was registered, one a line, for taking it away again.
environments="$HOME/.local/share/jovial/environments"

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
    exit 1
}
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }
package() {
    if command -v apt-get >/dev/null; then echo "sudo apt-get install $1"
    elif command -v dnf >/dev/null; then echo "sudo dnf install $2"
    elif command -v brew >/dev/null; then echo "brew install $3"
    else echo "install $1 with your system's package manager"; fi
}
ask() {
    [ -t 0 ] || return 1
    printf '%s [y/N] ' "$1"
    read -r answer
    [ "$answer" = y ] || [ "$answer" = Y ]
}

with_rust=no
for option in "$@"; do
    case "$option" in
        --with-rust) with_rust=yes ;;
        --uninstall)
            if [ -x "$home_bin/jovial" ]; then
                if [ -f "$environments" ]; then
                    while read -r environment; do "$home_bin/jovial" uninstall --prefix "$environment" || true; done <"$environments"
                fi
                "$home_bin/jovial" uninstall || true
            fi
            rm -f "$home_bin/jovial"
            rm -rf "$HOME/.local/share/jovial"
            say "Jovial is uninstalled."
            exit 0 ;;
        *) fail "unknown option $option" "usage: ./install.sh [--with-rust | --uninstall]" ;;
    esac
done

# What is needed, before anything is built.
command -v cc >/dev/null || fail "a C linker (cc) is missing; install it with:" "$(package build-essential gcc gcc)"
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then PATH="$HOME/.cargo/bin:$PATH"; fi
rustup_line="curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
if ! command -v cargo >/dev/null || ! command -v rustc >/dev/null; then
    if [ "$with_rust" = yes ] && ask "Fetch Rust by rustup into ~/.cargo and ~/.rustup?"; then
        curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
        PATH="$HOME/.cargo/bin:$PATH"
    else
        fail "Rust is missing; install it with (or run ./install.sh --with-rust):" "$rustup_line"
    fi
fi
rust_found="$(rustc --version | awk '{print $2}')"
at_least "$rust_found" "$rust_wanted" || fail "Rust $rust_found is too old, $rust_wanted or later is needed; update it with:" "rustup update stable"
command -v python3 >/dev/null || fail "Python 3 is missing; install it with:" "$(package 'python3 python3-venv' python3 python)"
python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
    fail "$(python3 --version) is too old, 3.9 or later is needed; install it with:" "$(package 'python3 python3-venv' python3 python)"

environment="${VIRTUAL_ENV:-${CONDA_PREFIX:-}}"
if [ -n "$environment" ]; then
    python="$environment/bin/python"
    "$python" -c 'import nbconvert, jupyter_client' 2>/dev/null ||
        fail "the active environment $environment has no nbconvert; install it there with:" "$python -m pip install jupyterlab nbconvert"
    place=(--prefix "$environment")
else
    python3 -c 'import venv, ensurepip' 2>/dev/null || fail "Python's venv is missing; install it with:" "$(package python3-venv python3 python)"
    python="$own_venv/bin/python"
    place=(--user)
fi

say "Building Jovial: 5 to 15 minutes on two cores the first time, seconds after that."
cargo build --release --package jovial
target="${CARGO_TARGET_DIR:-target}"
mkdir -p "$home_bin" "$(dirname "$output")"
# A running kernel keeps the old file: the name moves to a new one.
cp "$target/release/jovial" "$home_bin/jovial.new"
mv -f "$home_bin/jovial.new" "$home_bin/jovial"

if [ -z "$environment" ] && ! "$python" -c 'import jupyterlab, nbconvert' 2>/dev/null; then
    say "Making an environment with JupyterLab in $own_venv"
    python3 -m venv "$own_venv"
    "$python" -m pip install --quiet --disable-pip-version-check jupyterlab nbconvert
fi
"$home_bin/jovial" install "${place[@]}"
if [ -n "$environment" ]; then
    known="$(cat "$environments" 2>/dev/null || true)"
    printf '%s\n%s\n' "$known" "$environment" | sort -u | awk NF >"$environments"
fi

say "Executing notebooks/processes.ipynb"
"$python" -m nbconvert --log-level ERROR --execute --to html --output "$output" notebooks/processes.ipynb

say ""
say "The executed notebook: $output"
if [ -n "$environment" ]; then say "Open JupyterLab:       jupyter lab notebooks/processes.ipynb"
else say "Open JupyterLab:       $own_venv/bin/jupyter lab notebooks/processes.ipynb"; fi
say "Uninstall:             ./install.sh --uninstall"
