//! `emissions.csv` of `CodeCarbon`: one line a run.

/// Runs that are read.
const MAX_RUNS: usize = 100_000;

/// Kilograms of CO2 equivalent of each run: the column `emissions`.
/// Source: <https://mlco2.github.io/codecarbon/output.html>
///
/// # Errors
/// What is wrong with the table, as a clause.
pub fn read(text: &str) -> Result<Vec<f64>, String> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let head = cells(lines.next().unwrap_or_default());
    let Some(column) = head.iter().position(|name| name.trim() == "emissions") else {
        return Err("has no column `emissions`".to_owned());
    };
    let mut runs = Vec::new();
    for (at, line) in lines.take(MAX_RUNS).enumerate() {
        let cells = cells(line);
        let number = cells.get(column).and_then(|cell| cell.trim().parse::<f64>().ok());
        match number.filter(|number| number.is_finite() && *number >= 0.0) {
            Some(number) => runs.push(number),
            None => return Err(format!("has no number of kilograms in run {}", at + 1)),
        }
    }
    Ok(runs)
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
        let text = "timestamp,project_name,duration,emissions,country_name\n1,\"a, b\",3.5,0.25,France\n2,c,4,1e-3,\n";
        assert_eq!(read(text), Ok(vec![0.25, 0.001]));
        assert_eq!(read("a,b\n1,2\n"), Err("has no column `emissions`".to_owned()));
        assert_eq!(read("emissions\nmuch\n"), Err("has no number of kilograms in run 1".to_owned()));
        assert_eq!(read("emissions\n"), Ok(Vec::new()));
    }
}
