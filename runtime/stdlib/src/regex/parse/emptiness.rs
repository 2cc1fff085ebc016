//! What of a pattern can match nothing, and calls that would never end for that.

use super::{Node, Parser, Target};

impl Parser<'_> {
    pub(super) fn note_empty(&mut self, empty: bool) {
        if let Some(around) = self.open.last_mut() {
            around.empty = empty;
        }
    }

    /// Whether an item can match nothing, as far as is known before all groups are read: what is not known can.
    pub(super) fn can_be_empty(&self, node: &Node) -> bool {
        match node {
            Node::Char(_)
            | Node::Set(_)
            | Node::Any
            | Node::NotNewline
            | Node::Byte
            | Node::Newline
            | Node::Grapheme => false,
            Node::Empty | Node::Look { .. } | Node::Backreference(..) => true,
            Node::Assert(_) | Node::KeepOut | Node::Verb(_) => true,
            Node::Concat(all) => all.iter().all(|node| self.can_be_empty(node)),
            Node::Alternation(all) => all.iter().any(|node| self.can_be_empty(node)),
            Node::Group(_, node) | Node::Atomic(node) => self.can_be_empty(node),
            Node::Repeat { node, min, .. } => *min == 0 || self.can_be_empty(node),
            Node::Conditional(_, yes, no) => self.can_be_empty(yes) || self.can_be_empty(no),
            Node::Call(target) => {
                let group = self.number_of(target);
                let known = self.nullable.iter().find(|(number, _)| Some(*number) == group);
                known.is_none_or(|(_, empty)| *empty)
            }
        }
    }

    fn number_of(&self, target: &Target) -> Option<usize> {
        match target {
            Target::Number(number, _) => Some(*number),
            Target::Name(name, _) => self.names.iter().find(|(other, _)| other == name).map(|(_, number)| *number),
        }
    }

    /// A call of a group from within, with nothing read since the group began, would never end.
    pub(super) fn call(&mut self, target: Target) -> Node {
        let group = self.number_of(&target);
        if let Some(from) = self.open.iter().rposition(|around| around.group.is_some() && around.group == group)
            && self.open[from..].iter().all(|around| around.empty && !around.conditional)
        {
            let (Target::Number(_, position) | Target::Name(_, position)) = target;
            self.endless.get_or_insert(position);
        }
        Node::Call(target)
    }
}
