//! The greeting and the NULL mechanism's READY commands.

use std::io::{self, Read, Write};

use super::frame;

const GREETING: usize = 64;

fn greeting() -> [u8; GREETING] {
    let mut bytes = [0; GREETING];
    bytes[0] = 0xff;
    bytes[9] = 0x7f;
    bytes[10] = 3;
    bytes[12..16].copy_from_slice(b"NULL");
    bytes
}

fn property(body: &mut Vec<u8>, name: &str, value: &[u8]) {
    body.push(u8::try_from(name.len()).expect("property names are short constants"));
    body.extend(name.as_bytes());
    body.extend(u32::try_from(value.len()).expect("property values are short constants").to_be_bytes());
    body.extend(value);
}

fn ready(socket_type: &str) -> Vec<u8> {
    let mut body = vec![5];
    body.extend(b"READY");
    property(&mut body, "Socket-Type", socket_type.as_bytes());
    property(&mut body, "Identity", b"");
    frame::encode_command(&body)
}

/// The value of a property in a READY command's body.
fn find(mut properties: &[u8], wanted: &str) -> Option<Vec<u8>> {
    loop {
        let (&name_len, rest) = properties.split_first()?;
        let (name, rest) = rest.split_at_checked(usize::from(name_len))?;
        let (length, rest) = rest.split_at_checked(4)?;
        let length = u32::from_be_bytes(length.try_into().ok()?);
        let (value, rest) = rest.split_at_checked(usize::try_from(length).ok()?)?;
        if name.eq_ignore_ascii_case(wanted.as_bytes()) {
            return Some(value.to_vec());
        }
        properties = rest;
    }
}

/// Greets the peer; gives the identity that it asked for, empty if none.
pub(crate) fn perform(stream: &mut (impl Read + Write), socket_type: &str) -> io::Result<Vec<u8>> {
    stream.write_all(&greeting())?;
    let mut theirs = [0; GREETING];
    stream.read_exact(&mut theirs)?;
    let wrong = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    if theirs[0] != 0xff || theirs[9] & 1 != 1 || theirs[10] < 3 {
        return Err(wrong("not a ZMTP 3 peer"));
    }
    if theirs[12..32].iter().take_while(|byte| **byte != 0).ne(b"NULL") {
        return Err(wrong("only the NULL mechanism is spoken"));
    }
    stream.write_all(&ready(socket_type))?;
    let body = frame::read_command(stream)?;
    let properties = body.strip_prefix(b"\x05READY").ok_or_else(|| wrong("expected READY"))?;
    Ok(find(properties, "Identity").unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_found_without_regard_to_case_and_never_read_past_the_end() {
        let bytes = ready("ROUTER");
        let properties = &bytes[2 + 6..];
        assert_eq!(find(properties, "socket-type"), Some(b"ROUTER".to_vec()));
        assert_eq!(find(properties, "Identity"), Some(Vec::new()));
        assert_eq!(find(properties, "Other"), None);
        for end in 0..properties.len() {
            find(&properties[..end], "Identity");
        }
    }
}
