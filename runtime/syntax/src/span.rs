//! Byte offsets of a text to lines and columns, and back.
//!
//! **Invariants.** Lines and columns count from 1; a column counts code points. Offsets beyond the text mean its end.

/// Where each line of a text starts.
#[derive(Clone, Debug)]
pub struct Lines<'s> {
    source: &'s str,
    starts: Vec<usize>,
}

impl<'s> Lines<'s> {
    pub fn new(source: &'s str) -> Self {
        let breaks = source.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        Lines { source, starts }
    }

    /// Line and column of the character at a byte offset.
    pub fn position(&self, offset: usize) -> (u32, u32) {
        let offset = offset.min(self.source.len());
        let line = self.starts.partition_point(|&start| start <= offset) - 1;
        let column =
            self.source.as_bytes()[self.starts[line]..offset].iter().filter(|byte| !is_continuation(**byte)).count();
        (number(line + 1), number(column + 1))
    }

    /// Byte offset of a line and column; the end of the line if it is shorter.
    pub fn offset(&self, line: u32, column: u32) -> usize {
        let text = self.line(line);
        let start = text.as_ptr() as usize - self.source.as_ptr() as usize;
        let skip = column.saturating_sub(1) as usize;
        start + text.char_indices().nth(skip).map_or(text.len(), |(at, _)| at)
    }

    /// The text of a line without its line break; empty beyond the last one.
    pub fn line(&self, line: u32) -> &'s str {
        let index = (line.saturating_sub(1)) as usize;
        let Some(&start) = self.starts.get(index) else {
            return &self.source[self.source.len()..];
        };
        let end = self.starts.get(index + 1).map_or(self.source.len(), |next| next - 1);
        let text = &self.source[start..end];
        text.strip_suffix('\r').unwrap_or(text)
    }
}

fn is_continuation(byte: u8) -> bool {
    byte & 0xC0 == 0x80
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn offsets_and_positions_are_inverse() {
        let source = "ab\nčd\r\n\nz";
        let lines = Lines::new(source);
        for (offset, line, column) in [(0, 1, 1), (1, 1, 2), (3, 2, 1), (5, 2, 2), (8, 3, 1), (9, 4, 1), (10, 4, 2)] {
            assert_eq!(lines.position(offset), (line, column), "offset {offset}");
            assert_eq!(lines.offset(line, column), offset, "line {line} column {column}");
        }
        assert_eq!(lines.line(2), "čd");
        assert_eq!(lines.line(9), "");
    }
}
