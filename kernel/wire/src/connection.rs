//! The connection file: where the five sockets are and the key that signs messages.

use std::fmt;

use serde::Deserialize;

/// How the sockets are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    Tcp,
    /// `ip` is then a path and each port a suffix of it: `path-port`.
    Ipc,
}

/// What a client writes for the kernel that it starts. Keys that are not known are ignored.
#[derive(Clone, Debug, Deserialize)]
pub struct Connection {
    pub transport: Transport,
    pub ip: String,
    pub shell_port: u16,
    pub iopub_port: u16,
    pub stdin_port: u16,
    pub control_port: u16,
    pub hb_port: u16,
    /// Empty for unsigned messages.
    pub key: String,
    #[serde(default = "default_scheme")]
    pub signature_scheme: String,
}

fn default_scheme() -> String {
    "hmac-sha256".into()
}

#[derive(Debug)]
pub enum ConnectionError {
    Json(serde_json::Error),
    Scheme(String),
}

impl fmt::Display for ConnectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => write!(f, "not a connection file: {error}"),
            Self::Scheme(scheme) => write!(f, "signature scheme {scheme} is not supported, only hmac-sha256"),
        }
    }
}

impl std::error::Error for ConnectionError {}

impl Connection {
    /// Reads the text of a connection file.
    pub fn parse(text: &str) -> Result<Self, ConnectionError> {
        let connection: Self = serde_json::from_str(text).map_err(ConnectionError::Json)?;
        if connection.signature_scheme != "hmac-sha256" {
            return Err(ConnectionError::Scheme(connection.signature_scheme));
        }
        Ok(connection)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"shell_port": 1, "iopub_port": 2, "stdin_port": 3, "control_port": 4, "hb_port": 5,
        "ip": "127.0.0.1", "key": "abc", "transport": "tcp", "signature_scheme": "hmac-sha256", "kernel_name": "x"}"#;

    #[test]
    fn reads_a_file_and_ignores_what_it_does_not_know() {
        let connection = Connection::parse(FILE).expect("a valid file");
        assert_eq!((connection.shell_port, connection.hb_port), (1, 5));
        assert_eq!(connection.transport, Transport::Tcp);
    }

    #[test]
    fn refuses_other_schemes_and_other_text() {
        let other = FILE.replace("hmac-sha256", "hmac-md5");
        let error = Connection::parse(&other).expect_err("an unknown scheme");
        assert_eq!(error.to_string(), "signature scheme hmac-md5 is not supported, only hmac-sha256");
        assert!(Connection::parse("[]").is_err());
    }
}
