//! ETS.
use crate::runtime::Shared;
use crate::tags::Tag;
use jovial_term::Pid;
#[derive(Default)]
pub(crate) struct Tables;
impl Tables {
    pub(crate) fn owner_gone(&self, _shared: &Shared, _place: usize, _tag: Tag, _pid: Pid) {}
}
