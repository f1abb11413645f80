//! What a model is, as far as its card says: topics apply by that (`rules/traits.yaml`).

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Applies, Cues, Vocabulary, vocabulary};
use crate::card::Card;
use crate::embedded::table;
use crate::facts::{descent, integration};
use crate::vocab;

/// `rules/traits.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    generative: Vec<String>,
    restoring: Vec<String>,
    language: Vec<String>,
    sound: Vec<String>,
    classifier: Vec<String>,
    other_subjects: Vec<String>,
    inherited: Vec<String>,
    trained: Vec<String>,
}

/// What topics begin with of which a card can say that the card of its base model answers them: what was done before it,
/// and what it keeps. What is its own (results, terms, contact) it must say itself.
pub(super) fn inherited() -> &'static [String] {
    &file().inherited
}

/// What topics begin with of how a model was trained, which a copy in another format does not owe.
pub(super) fn trained() -> &'static [String] {
    &file().trained
}

fn file() -> &'static File {
    static TABLE: LazyLock<File> = LazyLock::new(|| table("rules/traits.yaml"));
    &TABLE
}

/// The task that a value of `pipeline_tag` names or, where it is misspelt, means; of one that nobody knows, nothing
/// follows.
fn known_task(value: &str) -> Option<String> {
    let tasks = vocab::tasks();
    let known = tasks.find(value).is_some() || tasks.retired(value).is_some() || file().lists_task(value);
    let meant = || match tasks.meant(value).as_slice() {
        [one] => Some((*one).to_owned()),
        _ => None,
    };
    if known { Some(value.to_owned()) } else { meant() }
}

impl File {
    fn lists_task(&self, task: &str) -> bool {
        let lists = [&self.generative, &self.restoring, &self.language, &self.sound, &self.classifier];
        lists.into_iter().flatten().any(|known| known == task)
    }
}

/// Cues that tell what a model is.
#[derive(Debug)]
pub(super) struct Marks {
    pub(super) judges_people: usize,
    /// Words that tell it in the title and in the first paragraph alone.
    pub(super) judges_people_if_first: usize,
    /// Those of what a model is not for.
    pub(super) exclusions: [usize; 2],
    high_stakes: usize,
    health: usize,
    lineage: usize,
    restores: usize,
    discerns: usize,
    generates: usize,
    pictured: usize,
    worded: usize,
}

impl Marks {
    /// The cues, by what gives the number of each.
    pub(super) fn new(cue: impl Fn(&str) -> usize) -> Self {
        Self {
            judges_people: cue("judges-people"),
            judges_people_if_first: cue("judges-people-if-first"),
            exclusions: [cue("exclusion"), cue("out-of-scope")],
            high_stakes: cue("high-stakes"),
            health: cue("health"),
            lineage: cue("t-model-lineage"),
            restores: cue("restores"),
            discerns: cue("discerns"),
            generates: cue("generates"),
            pictured: cue("pictured"),
            worded: cue("worded"),
        }
    }
}

/// What tells the task of a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    /// The field for it, or a tag.
    Stated,
    /// Results, code or other words.
    Inferred,
    /// The first lines alone: they say that it classifies or finds, and nothing says that it generates.
    Discerning,
    /// The first lines alone: they say that it restores pictures, and nothing says that it generates.
    Restoring,
    /// The words of the text: it works on pictures or measurements, and nothing speaks of language, of people or of
    /// generating.
    Pictured,
    /// Nothing.
    Nowhere,
}

/// Why a topic of language does not apply to what works on pictures.
const PICTURED: &str = "its text speaks of pictures or measurements, and of neither language nor people";

/// What a model is.
#[derive(Debug)]
pub struct Traits {
    task: Option<String>,
    /// It works on sound, and the card names a language.
    speech: bool,
    /// What tells the task.
    told: Told,
    /// The tag that says what it is about, where that is not language.
    subject: Option<&'static str>,
    /// The task, where the model restores what it is given.
    restoring: Option<&'static str>,
    derived: bool,
    /// The cues of the body.
    said: Cues,
}

impl Traits {
    /// Reads them from the front matter, the cues of the body and those of its first paragraph.
    pub(super) fn read(card: &Card<'_>, vocabulary: &Vocabulary, said: &Cues, opening: &Cues) -> Self {
        let tags: Vec<&str> = card.mapping().map_or_else(Vec::new, |(document, _)| {
            card.field_items("tags").into_iter().filter_map(|tag| document.text(tag)).collect()
        });
        let declared = card.field_text("pipeline_tag").and_then(|task| known_task(&task.trim().to_lowercase()));
        // A task among the tags stands in for one that is not declared, unless there are several.
        let tagged = || match integration::tagged_tasks(card).as_slice() {
            [task] => Some((*task).to_owned()),
            _ => None,
        };
        let subjects = &file().other_subjects;
        let marks = &vocabulary.marks;
        // Results and code tell it where they agree, and words for it among the tags.
        let told = || {
            let task = integration::task_of_card(card).map(|told| told.id);
            task.or_else(|| integration::meant_task(card)).map(str::to_owned)
        };
        let stated = declared.or_else(tagged);
        let is_stated = stated.is_some();
        let task = stated.or_else(told);
        let opens = |cue: usize| opening.contains(cue) && !said.contains(marks.generates);
        let silent = |cues: [usize; 2]| cues.into_iter().all(|cue| !said.contains(cue));
        let pictured = said.contains(marks.pictured) && silent([marks.worded, marks.generates]);
        let told = match &task {
            Some(_) if is_stated => Told::Stated,
            Some(_) => Told::Inferred,
            None if opens(marks.restores) => Told::Restoring,
            None if card.field("language").is_none() && pictured => Told::Pictured,
            None if opens(marks.discerns) => Told::Discerning,
            None => Told::Nowhere,
        };
        let speech = task.as_ref().is_some_and(|task| file().sound.contains(task)) && card.field("language").is_some();
        let restoring =
            file().restoring.iter().find(|known| Some(*known) == task.as_ref() && said.contains(marks.restores));
        let restoring = restoring.map(String::as_str);
        Self {
            task,
            speech,
            told,
            restoring,
            subject: tags
                .iter()
                .find_map(|tag| subjects.iter().find(|subject| subject.eq_ignore_ascii_case(tag)))
                .map(String::as_str),
            // The sentence of a trainer is copied, and gives no cue.
            derived: card.field("base_model").is_some()
                || said.contains(marks.lineage)
                || descent::sentence(card).is_some(),
            said: *said,
        }
    }

    /// Takes it for derived: the card says from what.
    pub(super) fn derive(&mut self) {
        self.derived = true;
    }

    /// Adds what the same card says with other words.
    pub(super) fn add(&mut self, other: &Self) {
        self.said.union(&other.said);
        if self.told == Told::Nowhere {
            self.told = other.told;
        }
        let marks = &vocabulary().marks;
        let only_words = matches!(self.told, Told::Discerning | Told::Restoring | Told::Pictured);
        let worded = self.told == Told::Pictured && self.said.contains(marks.worded);
        if only_words && self.said.contains(marks.generates) || worded {
            self.told = Told::Nowhere;
        }
        self.derived |= other.derived;
        self.restoring = self.restoring.or(other.restoring);
    }

    /// Why a topic does not apply; `None` when it does, or when nothing is known that rules it out.
    #[must_use]
    pub fn excludes(&self, applies: Applies) -> Option<String> {
        let task = self.task.as_deref();
        let marks = &vocabulary().marks;
        let unsaid = |cue: usize, what: &str| (!self.said.contains(cue)).then(|| format!("nothing says that {what}"));
        let not = |tasks: &[String], what: &str| {
            let task = task.filter(|task| !tasks.iter().any(|known| known == task))?;
            Some(format!("the task is {task}, which {what}"))
        };
        match applies {
            Applies::Always => None,
            Applies::Generative => not(&file().generative, "generates nothing")
                .or_else(|| Some(format!("the task is {}, by which it restores what it is given", self.restoring?)))
                .or_else(|| {
                    let subject = self.subject.filter(|_| self.told != Told::Stated)?;
                    Some(format!("the tag is {subject}, and nothing says that it generates"))
                })
                .or_else(|| {
                    let does = match self.told {
                        Told::Discerning => "classifies or finds",
                        Told::Restoring => "restores pictures",
                        Told::Pictured => return Some(PICTURED.to_owned()),
                        Told::Stated | Told::Inferred | Told::Nowhere => return None,
                    };
                    Some(format!("its first lines say that it {does}, and nothing says that it generates"))
                }),
            Applies::NlpOrSpeech if self.speech => None,
            Applies::NlpOrSpeech => not(&file().language, "is neither language nor speech").or_else(|| {
                if self.told == Told::Pictured {
                    return Some(PICTURED.to_owned());
                }
                if self.told == Told::Restoring {
                    return Some("its first lines say that it restores pictures".to_owned());
                }
                let subject = self.subject?;
                Some(format!("the tag is {subject}, which is neither language nor speech"))
            }),
            Applies::Classifier => not(&file().classifier, "has no classes"),
            Applies::Derived => (!self.derived).then(|| "no base model is named".to_owned()),
            Applies::DecisionAboutPeople => unsaid(marks.judges_people, "it judges people"),
            Applies::HighStakes => unsaid(marks.high_stakes, "its field is one of high stakes"),
            Applies::Health => unsaid(marks.health, "its field is health care"),
        }
    }
}
