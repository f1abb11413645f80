//! The Hub's tasks.

use std::sync::LazyLock;

use serde::Deserialize;

use super::is_slip;
use crate::embedded::table;
use crate::text::suggest;

/// A task of the Hub.
#[derive(Debug, Deserialize)]
pub struct Task {
    /// `pipeline_tag` value.
    pub tag: String,
    /// A card of this task should name its languages.
    #[serde(default)]
    pub language: bool,
}

/// A task that the Hub has retired.
#[derive(Debug, Deserialize)]
pub struct RetiredTask {
    /// The value.
    pub value: String,
    /// When it went (ISO date).
    pub removed: String,
    /// Tasks that took its place.
    pub now: Vec<String>,
}

/// A value often mistaken for a task.
#[derive(Debug, Deserialize)]
pub struct TaskConfusion {
    /// The value, without case and with hyphens (`suggest::fold`).
    pub value: String,
    /// The tasks meant.
    pub tags: Vec<String>,
}

/// The Hub's tasks.
#[derive(Debug, Deserialize)]
pub struct Tasks {
    /// Current tasks.
    pub items: Vec<Task>,
    /// Retired ones.
    pub retired: Vec<RetiredTask>,
    /// Values mistaken for tasks.
    pub confusions: Vec<TaskConfusion>,
    classes: Vec<TaskClass>,
}

/// What the end of a class name of transformers says of the task.
#[derive(Debug, Deserialize)]
struct TaskClass {
    ends: String,
    task: String,
}

impl Tasks {
    /// The current task with this tag.
    #[must_use]
    pub fn find(&self, tag: &str) -> Option<&Task> {
        self.items.iter().find(|task| task.tag == tag)
    }

    /// The retired task with this tag.
    #[must_use]
    pub fn retired(&self, tag: &str) -> Option<&RetiredTask> {
        self.retired.iter().find(|task| task.value == tag)
    }

    /// The current task that a value names, by its tag or by a usual name of it alone.
    #[must_use]
    pub fn exactly(&self, value: &str) -> Option<&str> {
        if let Some(task) = self.find(value) {
            return Some(&task.tag);
        }
        let folded = suggest::fold(value);
        let confusion = self.confusions.iter().find(|confusion| confusion.value == folded)?;
        if let [one] = confusion.tags.as_slice() { Some(one) } else { None }
    }

    /// The task of a class of transformers, where its name tells.
    #[must_use]
    pub fn of_class(&self, class: &str) -> Option<&str> {
        self.classes.iter().find(|known| class.ends_with(&known.ends)).map(|known| known.task.as_str())
    }

    /// The tasks that `value` most likely means.
    #[must_use]
    pub fn meant(&self, value: &str) -> Vec<&str> {
        let folded = suggest::fold(value);
        if let Some(task) = self.items.iter().find(|task| task.tag == folded) {
            return vec![&task.tag];
        }
        if let Some(confusion) = self.confusions.iter().find(|confusion| confusion.value == folded) {
            return confusion.tags.iter().map(String::as_str).collect();
        }
        let near = suggest::nearest(value, self.items.iter().map(|task| task.tag.as_str()));
        near.filter(|tag| is_slip(value, tag)).into_iter().collect()
    }
}

/// The task table.
#[must_use]
pub fn tasks() -> &'static Tasks {
    static TABLE: LazyLock<Tasks> = LazyLock::new(|| {
        let mut tasks: Tasks = table("rules/hub/tasks.yaml");
        for confusion in &mut tasks.confusions {
            confusion.value = suggest::fold(&confusion.value).into_owned();
        }
        tasks
    });
    &TABLE
}
