//! Where text goes and lines come from.

use std::time::Duration;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    Stdout,
    Stderr,
    /// What the logger says: Elixir's console handler writes it where standard output goes, a notebook shows it as errors.
    Log,
}

/// What came of asking for a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Input {
    /// With its line break, if it had one.
    Line(String),
    End,
    /// Nobody can be asked.
    NotAllowed,
}

/// One value in several forms.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bundle {
    /// A MIME type and what stands for the value in it: text as it is, JSON as its text, pictures in base 64.
    pub data: Vec<(String, String)>,
    /// What is to be known of the forms, such as a picture's size: a JSON object's text, or empty.
    pub metadata: String,
}

impl Bundle {
    /// The form that everybody can show.
    pub fn plain(&self) -> &str {
        self.data.iter().find(|(mime, _)| mime == "text/plain").map_or("", |(_, text)| text)
    }
}

/// What is shown beside the value of a cell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Display {
    /// With an id, it can be replaced later.
    Show { bundle: Bundle, id: Option<String> },
    /// Takes the place of what was shown under this id.
    Update { bundle: Bundle, id: String },
    /// In the client's pager.
    Page { bundle: Bundle },
    /// Takes away what the cell has shown, at once or when something new comes.
    Clear { wait: bool },
}

/// The host's side of all input and output. Called from many threads.
pub trait Output: Send + Sync + 'static {
    /// Takes text that a cell caused (0: none). Gives the time that the writer should wait before it writes on.
    fn write(&self, cell: u64, stream: Stream, text: &str) -> Duration;
    /// Shows something for a cell. Gives the time that who shows it should wait before the next; `None` where there is nothing but
    /// text, and nothing was shown.
    fn display(&self, _cell: u64, _display: Display) -> Option<Duration> {
        None
    }
    /// Asks for a line; may block as long as it takes.
    fn read_line(&self, cell: u64, prompt: &str, password: bool) -> Input;
}
