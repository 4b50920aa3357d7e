//! What a command prints on stdout: lines for people, or one JSON document for machines.

use serde::Serialize;
use serde_json::{json, Value};

/// The outcome of a command in both forms.
#[derive(Debug, Default)]
pub struct Report {
    json: Value,
    lines: Vec<String>,
    silent: bool,
}

impl Report {
    /// A report with a JSON document and no lines yet.
    pub fn new(json: impl Serialize) -> Self {
        // What the commands give always serialises.
        Self { json: serde_json::to_value(json).unwrap_or_default(), lines: Vec::new(), silent: false }
    }

    /// The report of a command that has printed all there is to say.
    pub fn silent() -> Self {
        Self { silent: true, ..Self::default() }
    }

    /// Adds a line.
    pub fn line(mut self, line: impl Into<String>) -> Self {
        self.lines.push(line.into());
        self
    }

    /// Adds lines.
    pub fn lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        self.lines.extend(lines);
        self
    }

    /// Adds a field to the JSON document, if that is an object.
    pub fn field(mut self, name: &str, value: impl Serialize) -> Self {
        if let Some(fields) = self.json.as_object_mut() {
            fields.insert(name.to_owned(), json!(value));
        }
        self
    }

    /// For machines.
    pub fn json(&self) -> String {
        if self.silent {
            return String::new();
        }
        format!("{:#}\n", self.json)
    }

    /// For people.
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| format!("{line}\n")).collect()
    }
}

/// Rows in aligned columns under a heading; the last column is not padded.
pub fn table<const N: usize>(heading: [&str; N], rows: Vec<[String; N]>) -> Vec<String> {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded: Vec<String> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count()))))
            .collect();
        padded.join("  ").trim_end().to_owned()
    };
    let heading = heading.map(str::to_owned);
    std::iter::once(line(&heading)).chain(rows.iter().map(|row| line(row))).collect()
}

/// Bytes for people.
pub fn shown_bytes(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.1} KiB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.2} GiB", bytes as f64 / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_characters() {
        let rows = vec![["1001".to_owned(), "josé".to_owned()], ["2".to_owned(), "x".to_owned()]];
        assert_eq!(table(["ID", "NAME"], rows), ["ID    NAME", "1001  josé", "2     x"]);
    }

    #[test]
    fn bytes_are_shown_in_binary_units() {
        assert_eq!(shown_bytes(0), "0 B");
        assert_eq!(shown_bytes(1536), "1.5 KiB");
        assert_eq!(shown_bytes(1 << 30), "1.00 GiB");
    }
}
