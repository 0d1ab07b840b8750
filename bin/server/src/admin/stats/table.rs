use std::fmt;

/// Rows under heads: texts that are no numbers to the left, all others to the right.
pub(super) struct Table(Vec<Vec<String>>);

impl Table {
    /// A table with its heads alone.
    pub(super) fn new<'a>(heads: impl IntoIterator<Item = &'a str>) -> Self {
        Self(vec![heads.into_iter().map(str::to_owned).collect()])
    }

    /// Adds a row of as many cells as there are heads.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        debug_assert_eq!(cells.len(), self.0[0].len());
        self.0.push(cells);
    }

    fn width(&self, column: usize) -> usize {
        let cells = self.0.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    }

    /// Whether a column has figures in it.
    fn has_figures(&self, column: usize) -> bool {
        let is_figure = |cell: &str| {
            cell.chars()
                .all(|c| c.is_ascii_digit() || " %-".contains(c))
        };
        self.0[1..].iter().all(|row| is_figure(&row[column]))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in &self.0 {
            let cells = row.iter().enumerate().map(|(column, cell)| {
                let width = self.width(column);
                match self.has_figures(column) {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:<width$}"),
                }
            });
            let line = cells.collect::<Vec<_>>().join("  ");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::lines::share;

    #[test]
    fn names_are_to_the_left_and_figures_to_the_right() {
        let mut table = Table::new(["instance", "sends", "conversion"]);
        for (place, sends, right) in [("127.0.0.1:8001", 1000, 667), ("b", 0, 0)] {
            table.row(vec![
                place.to_owned(),
                sends.to_string(),
                share(right, sends),
            ]);
        }
        let expected = "instance        sends  conversion\n\
                        127.0.0.1:8001   1000        66 %\n\
                        b                   0           -\n";
        assert_eq!(table.to_string(), expected);
    }
}
