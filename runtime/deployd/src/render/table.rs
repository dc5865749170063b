//! Columns.

use super::text::{Line, Paint, clean};

/// A cell.
pub(crate) type Cell = (String, Paint);

/// A cell without colour.
pub(crate) fn cell(text: impl Into<String>) -> Cell {
    (text.into(), Paint::Plain)
}

/// Rows under a faint head, columns as wide as their widest cell, two spaces between.
pub(crate) fn table(head: &[&str], rows: Vec<Vec<Cell>>) -> Vec<Line> {
    let head = head.iter().map(|name| ((*name).to_owned(), Paint::Faint)).collect();
    let rows: Vec<Vec<Cell>> = std::iter::once(head).chain(rows).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|(text, _)| text.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[Cell], widths: &[usize]) -> Line {
    row.iter()
        .zip(widths)
        .fold(Line::plain("  "), |line, ((text, paint), width)| line.and(&format!("{:width$}  ", clean(text)), *paint))
}
