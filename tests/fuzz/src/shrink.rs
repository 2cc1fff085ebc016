//! From an input that fails to a smaller one that fails as well.

/// Attempts in all: a failing input need not be the smallest.
const ATTEMPTS_MAX: usize = 3000;

/// Leaves out ever smaller parts as long as the rest still fails.
pub(crate) fn shrink(mut input: Vec<u8>, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut attempts = 0;
    let mut part = input.len().div_ceil(2);
    while part > 0 {
        let mut at = 0;
        let mut shrunk = false;
        while at < input.len() && attempts < ATTEMPTS_MAX {
            let mut smaller = input.clone();
            smaller.drain(at..(at + part).min(input.len()));
            attempts += 1;
            if fails(&smaller) {
                input = smaller;
                shrunk = true;
            } else {
                at += part;
            }
        }
        if !shrunk || part > 1 {
            part /= 2;
        }
        if attempts >= ATTEMPTS_MAX {
            break;
        }
    }
    input
}

#[cfg(test)]
mod tests {
    use super::shrink;

    #[test]
    fn what_matters_is_left() {
        let input = (0..=255).chain(0..=255).collect::<Vec<u8>>();
        let found = shrink(input, |bytes| bytes.contains(&7) && bytes.contains(&200));
        assert_eq!(found.len(), 2);
    }
}
