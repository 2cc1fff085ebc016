//! Frames to messages and back: `identities, <IDS|MSG>, signature, header, parent header, metadata, content, buffers…`.
//!
//! The signature is HMAC-SHA256 over the four JSON frames as they were received. A header is kept as received too, since it comes
//! back as the parent header of everything that the request causes.

use std::collections::{HashSet, VecDeque};
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use hmac::{Hmac, Mac};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::Sha256;

/// JSON text that is passed on without being looked into.
pub type RawJson = Box<RawValue>;

const DELIMITER: &[u8] = b"<IDS|MSG>";
/// Signatures remembered against replays.
const REMEMBERED: usize = 65_536;

/// The fields of a header that a kernel acts on.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Header {
    pub msg_id: String,
    pub msg_type: String,
    #[serde(default)]
    pub session: String,
    #[serde(default)]
    pub username: String,
    #[serde(default)]
    pub subshell_id: Option<String>,
}

/// A message that was received whole and with the right signature.
#[derive(Clone, Debug)]
pub struct WireMessage {
    pub identities: Vec<Vec<u8>>,
    pub header: Header,
    /// The header as received: the parent header of the answers.
    pub raw_header: RawJson,
    pub metadata: serde_json::Value,
    pub content: serde_json::Value,
    pub buffers: Vec<Vec<u8>>,
}

/// Why frames did not become a message.
#[derive(Debug)]
pub enum DecodeError {
    /// No delimiter, or fewer than five frames after it.
    Truncated,
    Signature,
    Replay,
    Json(serde_json::Error),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("truncated message"),
            Self::Signature => f.write_str("wrong signature"),
            Self::Replay => f.write_str("message seen before"),
            Self::Json(error) => write!(f, "malformed JSON: {error}"),
        }
    }
}

impl std::error::Error for DecodeError {}

#[derive(Default)]
struct Seen {
    set: HashSet<Vec<u8>>,
    order: VecDeque<Vec<u8>>,
}

impl Seen {
    /// False if the signature was there already.
    fn insert(&mut self, signature: &[u8]) -> bool {
        if !self.set.insert(signature.to_vec()) {
            return false;
        }
        self.order.push_back(signature.to_vec());
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.set.remove(&oldest);
        }
        true
    }
}

/// Signs and checks the messages of one kernel. Shared by all its sockets.
pub struct Codec {
    key: Option<Hmac<Sha256>>,
    session: String,
    seen: Mutex<Seen>,
    dropped: AtomicU64,
}

impl Codec {
    /// An empty key means unsigned messages.
    pub fn new(key: &str) -> Self {
        let key =
            (!key.is_empty()).then(|| Hmac::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length"));
        Self { key, session: uuid::Uuid::new_v4().to_string(), seen: Mutex::default(), dropped: AtomicU64::new(0) }
    }

    /// Messages that [`Codec::decode`] refused so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Reads the frames of one message; a refused one is counted.
    pub fn decode(&self, frames: Vec<Vec<u8>>) -> Result<WireMessage, DecodeError> {
        let message = self.read(frames);
        if message.is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        message
    }

    fn read(&self, mut frames: Vec<Vec<u8>>) -> Result<WireMessage, DecodeError> {
        let at = frames.iter().position(|frame| frame == DELIMITER).ok_or(DecodeError::Truncated)?;
        let mut rest = frames.split_off(at + 1);
        frames.pop();
        if rest.len() < 5 {
            return Err(DecodeError::Truncated);
        }
        let buffers = rest.split_off(5);
        if let Some(key) = &self.key {
            let mut mac = key.clone();
            for frame in &rest[1..] {
                mac.update(frame);
            }
            let given = from_hex(&rest[0]).ok_or(DecodeError::Signature)?;
            mac.verify_slice(&given).map_err(|_| DecodeError::Signature)?;
            let mut seen = self.seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            if !seen.insert(&given) {
                return Err(DecodeError::Replay);
            }
        }
        let raw_header: RawJson = serde_json::from_slice(&rest[1]).map_err(DecodeError::Json)?;
        Ok(WireMessage {
            identities: frames,
            header: serde_json::from_str(raw_header.get()).map_err(DecodeError::Json)?,
            raw_header,
            metadata: serde_json::from_slice(&rest[3]).map_err(DecodeError::Json)?,
            content: serde_json::from_slice(&rest[4]).map_err(DecodeError::Json)?,
            buffers,
        })
    }

    /// The frames of a new message. `parent` is the header it answers, as received; none for what no request caused.
    pub fn encode(
        &self,
        identities: &[Vec<u8>],
        msg_type: &str,
        parent: Option<&RawValue>,
        content: &impl serde::Serialize,
        date: &str,
    ) -> Result<Vec<Vec<u8>>, serde_json::Error> {
        let header = serde_json::json!({
            "msg_id": uuid::Uuid::new_v4().to_string(),
            "session": self.session,
            "username": "jovial",
            "date": date,
            "msg_type": msg_type,
            "version": crate::PROTOCOL_VERSION,
        });
        let json = [
            serde_json::to_vec(&header)?,
            parent.map_or_else(|| b"{}".to_vec(), |raw| raw.get().as_bytes().to_vec()),
            b"{}".to_vec(),
            serde_json::to_vec(content)?,
        ];
        let signature = self.key.as_ref().map_or_else(Vec::new, |key| {
            let mut mac = key.clone();
            for frame in &json {
                mac.update(frame);
            }
            to_hex(&mac.finalize().into_bytes())
        });
        let mut frames = identities.to_vec();
        frames.push(DELIMITER.to_vec());
        frames.push(signature);
        frames.extend(json);
        Ok(frames)
    }
}

fn to_hex(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(codec: &Codec) -> Vec<Vec<u8>> {
        codec
            .encode(&[b"me".to_vec()], "kernel_info_request", None, &serde_json::json!({}), "2024-01-01T00:00:00Z")
            .expect("plain JSON")
    }

    #[test]
    fn a_message_survives_both_ways() {
        let codec = Codec::new("secret");
        let message = codec.decode(request(&codec)).expect("its own signature");
        assert_eq!(message.identities, vec![b"me".to_vec()]);
        assert_eq!(message.header.msg_type, "kernel_info_request");
        assert_eq!(codec.dropped(), 0);
    }

    #[test]
    fn the_parent_header_comes_back_byte_for_byte() {
        let codec = Codec::new("");
        let odd = r#"{"msg_id":"1",  "msg_type":"x","extra":[1, 2],"username":"é"}"#;
        let frames = [b"id".as_slice(), DELIMITER, b"", odd.as_bytes(), b"{}", b"{}", b"{}"];
        let message = codec.decode(frames.iter().map(|f| f.to_vec()).collect()).expect("unsigned");
        let reply = codec.encode(&[], "y", Some(&message.raw_header), &(), "").expect("plain JSON");
        assert_eq!(reply[3], odd.as_bytes());
    }

    #[test]
    fn refuses_what_is_forged_replayed_or_cut_short() {
        let codec = Codec::new("secret");
        let good = request(&codec);
        let mut forged = good.clone();
        *forged.last_mut().expect("frames") = br#"{"code":"evil"}"#.to_vec();
        assert!(matches!(codec.decode(forged), Err(DecodeError::Signature)));
        assert!(matches!(codec.decode(good[..5].to_vec()), Err(DecodeError::Truncated)));
        assert!(matches!(codec.decode(vec![b"nothing".to_vec()]), Err(DecodeError::Truncated)));
        assert!(codec.decode(good.clone()).is_ok());
        assert!(matches!(codec.decode(good), Err(DecodeError::Replay)));
        assert_eq!(codec.dropped(), 4);
    }

    #[test]
    fn refuses_text_that_is_no_utf8() {
        let codec = Codec::new("");
        let frames = [DELIMITER, b"", b"{\"msg_id\":\"1\",\"msg_type\":\"x\"}", b"{}", b"{}", b"{\"code\":\"\xff\"}"];
        assert!(matches!(codec.decode(frames.iter().map(|f| f.to_vec()).collect()), Err(DecodeError::Json(_))));
    }
}
