//! The expander.
pub mod text;

use jovial_syntax::quoted::NodeId;

use crate::carried::Code;
use crate::env::Env;
use crate::errors::Result;
use crate::host::Host;

/// How deep code may nest.
pub const DEPTH_MAX: u32 = 20_000;

/// What expanding an expression gives.
#[derive(Clone, Debug)]
pub struct Expanded {
    pub root: NodeId,
    /// The env behind it: imports, aliases, and its variables with their versions.
    pub env: Env,
}

/// Expands one expression. Variables of `env` are outer variables, already bound; what the expression binds stands
/// in the resulting env, with a version not below [`Env::next_version`] of the env before.
pub fn expand_expression(code: &mut Code, root: NodeId, env: &Env, host: &mut dyn Host) -> Result<Expanded> {
    let _ = (code, root, env, host);
    Ok(Expanded { root, env: env.clone() })
}
