//! `emissions.csv` of `CodeCarbon`: one line a run.

/// Runs that are read.
const MAX_RUNS: usize = 100_000;

/// Kilograms of CO2 equivalent of each run: the column `emissions`, of a run's several lines the last. `None` for a
/// table of another program.
/// Source: <https://mlco2.github.io/codecarbon/output.html>
///
/// # Errors
/// What is wrong with the table, as a clause.
pub fn read(text: &str) -> Result<Option<Vec<f64>>, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head = cells(lines.next().unwrap_or_default());
    let column = |wanted: &str| head.iter().position(|name| name.trim() == wanted);
    let (Some(amount), Some(run)) = (column("emissions"), column("run_id")) else { return Ok(None) };
    let mut runs: Vec<(String, f64)> = Vec::new();
    for (at, line) in lines.take(MAX_RUNS).enumerate() {
        let cells = cells(line);
        let number = cells.get(amount).and_then(|cell| cell.trim().parse::<f64>().ok());
        let Some(number) = number.filter(|number| number.is_finite() && *number >= 0.0) else {
            return Err(format!("has no number of kilograms in line {}", at + 2));
        };
        let id = cells.get(run).cloned().unwrap_or_default();
        // Figures written while a run goes on are its sum so far.
        match runs.last_mut().filter(|last| last.0 == id && !id.is_empty()) {
            Some(last) => last.1 = number,
            None => runs.push((id, number)),
        }
    }
    Ok(Some(runs.into_iter().map(|(_, number)| number).collect()))
}

/// The cells of a line: quoted ones may hold commas.
fn cells(line: &str) -> Vec<String> {
    let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn reads_the_column() {
        let text = "timestamp,project_name,run_id,emissions,country_name\n1,\"a, b\",r1,0.25,France\n2,c,r2,1e-3,\n3,c,r2,2e-3,\n";
        assert_eq!(read(text), Ok(Some(vec![0.25, 0.002])));
        assert_eq!(read("country,year,emissions\nA,2020,5\n"), Ok(None));
        assert_eq!(read("run_id,emissions\na,much\n"), Err("has no number of kilograms in line 2".to_owned()));
    }
}
