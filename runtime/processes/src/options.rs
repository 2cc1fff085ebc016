//! Options of processes and monitors as the terms that programs write.
//!
//! **What it is for.** Reads the option lists of `spawn_opt`, `monitor/3` and `alias/1`.
//!
//! **Invariants.** An option that is none makes the whole list badarg.
//!
//! **What it must not know.** What the options do.

use jovial_atoms::Atom;
use jovial_term::Term;
use jovial_vm::Halt;

use crate::engine::Call;
use crate::local::{Local, MonitorOptions};
use crate::process::{AliasMode, MaxHeap};
use crate::spawn::Options;
use crate::state::Priority;

fn text(term: Term<'_>) -> &'static str {
    term.as_atom().map_or("", Atom::as_str)
}

impl AliasMode {
    /// For a monitor: `explicit_unalias`, `demonitor` or `reply_demonitor`.
    pub fn of_monitor(term: Term<'_>) -> Option<AliasMode> {
        match text(term) {
            "explicit_unalias" => Some(AliasMode::Explicit),
            "demonitor" => Some(AliasMode::Demonitor),
            "reply_demonitor" => Some(AliasMode::ReplyDemonitor),
            _ => None,
        }
    }

    /// For `alias/1`: a list of `explicit_unalias` or `reply`.
    pub fn of_alias(options: Term<'_>) -> Option<AliasMode> {
        options.list_to_vec()?.into_iter().try_fold(AliasMode::Explicit, |_, option| match text(option) {
            "explicit_unalias" => Some(AliasMode::Explicit),
            "reply" => Some(AliasMode::Reply),
            _ => None,
        })
    }
}

impl<'h> MonitorOptions<'h> {
    /// `[alias: mode, tag: term]`
    pub fn from_term(options: Term<'h>) -> Option<MonitorOptions<'h>> {
        let mut found = MonitorOptions::default();
        for option in options.list_to_vec()? {
            let &[key, value] = option.as_tuple_of::<2>()?;
            match text(key) {
                "alias" => found.alias = Some(AliasMode::of_monitor(value)?),
                "tag" => found.tag = Some(value),
                _ => return None,
            }
        }
        Some(found)
    }
}

impl Options {
    /// The options of `spawn_opt`, and those of its monitor if it has one.
    pub fn from_term(options: Term<'_>) -> Option<(Options, Option<MonitorOptions<'_>>)> {
        let (mut found, mut monitor) = (Options::default(), None);
        for option in options.list_to_vec()? {
            match text(option) {
                "link" => {
                    found.link = true;
                    continue;
                }
                "monitor" => {
                    monitor = Some(MonitorOptions::default());
                    continue;
                }
                _ => {}
            }
            let &[key, value] = option.as_tuple_of::<2>()?;
            match text(key) {
                "monitor" => monitor = Some(MonitorOptions::from_term(value)?),
                "priority" => found.priority = Priority::from_atom(value.as_atom()?)?,
                "fullsweep_after" => found.fullsweep_after = Some(u32::try_from(value.as_usize()?).ok()?),
                "min_heap_size" => found.min_heap = Some(value.as_usize()?),
                "min_bin_vheap_size" => drop(value.as_usize()?),
                "max_heap_size" => found.max_heap = Some(MaxHeap::from_term(value, MaxHeap::default())?),
                "message_queue_data" => {
                    found.off_heap_queue = match text(value) {
                        "off_heap" => true,
                        "on_heap" => false,
                        _ => return None,
                    };
                }
                "async_dist" => drop(value.as_bool()?),
                _ => return None,
            }
        }
        Some((found, monitor))
    }
}

impl<'h> Local<'h> {
    /// `spawn_opt`: a pid, or `{pid, ref}` with a monitor.
    pub fn spawn_opt(&self, call: Call<'_>, options: Term<'h>) -> Result<Term<'h>, Halt<'h>> {
        let (options, monitor) = Options::from_term(options).ok_or_else(Halt::badarg)?;
        match monitor {
            None => self.spawn(call, &options).map(Term::pid),
            Some(monitor) => {
                let (pid, reference) = self.spawn_monitor(call, &options, &monitor)?;
                Ok(self.heap().tuple(&[Term::pid(pid), reference]))
            }
        }
    }
}
