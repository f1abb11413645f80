//! Metrics and the values that mathematics allows.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::embedded::table;
use crate::text::suggest;

/// A metric and the values that mathematics allows.
#[derive(Debug, Deserialize)]
pub struct Metric {
    /// Ids that name it.
    pub ids: Vec<String>,
    /// Least value.
    #[serde(default)]
    pub min: Option<f64>,
    /// Greatest value, on the scale where one is the whole when `percent` is set.
    #[serde(default)]
    pub max: Option<f64>,
    /// Values may stand on a scale of one hundred as well.
    #[serde(default)]
    pub percent: bool,
}

#[derive(Debug, Deserialize)]
struct MetricTable {
    items: Vec<Metric>,
}

/// Known metrics by id.
#[derive(Debug)]
pub struct Metrics {
    items: Vec<Metric>,
    by_id: HashMap<String, usize>,
}

impl Metrics {
    /// The ids of all metrics, in the order of the table.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.items.iter().flat_map(|metric| metric.ids.iter().map(String::as_str))
    }

    /// The metric named by a `type` of a model-index, whatever its case.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Metric> {
        self.by_id.get(id).or_else(|| self.by_id.get(suggest::fold(id).as_ref())).map(|&at| &self.items[at])
    }
}

/// The metric table.
#[must_use]
pub fn metrics() -> &'static Metrics {
    static TABLE: LazyLock<Metrics> = LazyLock::new(|| {
        let table: MetricTable = table("rules/hub/metrics.yaml");
        let by_id = table
            .items
            .iter()
            .enumerate()
            .flat_map(|(at, metric)| metric.ids.iter().map(move |id| (id, at)))
            .flat_map(|(id, at)| [(id.clone(), at), (suggest::fold(id).into_owned(), at)])
            .collect();
        Metrics { items: table.items, by_id }
    });
    &TABLE
}
