//! What a model is, as far as its card says: topics apply by that.

use super::data::Applies;
use crate::card::Card;

/// Tasks of the Hub whose models write, draw, speak or compose.
const GENERATIVE: &[&str] = &[
    "text-generation",
    "text2text-generation",
    "summarization",
    "translation",
    "conversational",
    "image-text-to-text",
    "text-to-image",
    "image-to-image",
    "text-to-video",
    "image-to-video",
    "text-to-speech",
    "text-to-audio",
    "audio-to-audio",
    "image-to-text",
    "any-to-any",
    "unconditional-image-generation",
    "text-to-3d",
    "image-to-3d",
    "video-text-to-text",
    "audio-text-to-text",
    "visual-question-answering",
    "document-question-answering",
    "video-to-video",
    "image-text-to-image",
    "image-text-to-video",
];
/// Tasks of language or speech.
const LANGUAGE: &[&str] = &[
    "text-generation",
    "text2text-generation",
    "summarization",
    "translation",
    "conversational",
    "fill-mask",
    "text-classification",
    "token-classification",
    "question-answering",
    "table-question-answering",
    "zero-shot-classification",
    "sentence-similarity",
    "feature-extraction",
    "text-to-speech",
    "automatic-speech-recognition",
    "image-to-text",
    "image-text-to-text",
    "text-to-image",
    "text-ranking",
    "visual-question-answering",
    "document-question-answering",
    "any-to-any",
    "text-to-audio",
    "audio-text-to-text",
    "video-text-to-text",
    "text-to-video",
];
/// Tasks that put things into classes.
const CLASSIFIER: &[&str] = &[
    "text-classification",
    "token-classification",
    "image-classification",
    "audio-classification",
    "video-classification",
    "tabular-classification",
    "zero-shot-classification",
    "zero-shot-image-classification",
    "object-detection",
    "zero-shot-object-detection",
    "image-segmentation",
];
/// Words of cards whose models judge or recognise people.
const PEOPLE: &[&str] = &[
    "face recognition",
    "facial",
    "age estimation",
    "gender classification",
    "personality",
    "hate speech",
    "toxic",
    "resume",
    "hiring",
    "recruit",
    "credit scor",
    "recidivism",
    "emotion recognition",
    "speaker identification",
    "student",
    "patient",
    "loan",
    "insurance",
    "biometric",
    "demographic",
];
/// Words of fields in which outputs weigh heavily.
const STAKES: &[&str] = &[
    "medical",
    "clinical",
    "diagnos",
    "patient",
    "radiolog",
    "hiring",
    "recruit",
    "credit scor",
    "loan",
    "polic",
    "law enforcement",
    "judicial",
    "school admission",
    "exam grading",
    "self-driving",
    "autonomous driving",
];

/// Tags of models of molecules and of machines, which neither read nor write what people say, whatever task they name:
/// a model of proteins is `fill-mask` too.
const OTHER_SUBJECTS: &[&str] =
    &["protein-language-model", "protein", "proteins", "genomics", "molecules", "lerobot", "robotics"];

/// What a model is.
#[derive(Debug)]
pub struct Traits {
    task: Option<String>,
    /// The tag that says what it is about, where that is not language.
    subject: Option<&'static str>,
    derived: bool,
    people: bool,
    stakes: bool,
}

impl Traits {
    /// Reads them from the front matter and the text.
    #[must_use]
    pub fn read(card: &Card<'_>) -> Self {
        let task =
            card.field_text("pipeline_tag").map(|task| task.trim().to_lowercase()).filter(|task| !task.is_empty());
        let text = card.source.text()[card.front.body_start()..].to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
        let derived = card.field("base_model").is_some()
            || ["fine-tuned version of", "finetuned from", "quantized version of", "merge of"]
                .iter()
                .any(|words| text.contains(words));
        let tags = card
            .mapping()
            .map(|(document, _)| document)
            .into_iter()
            .flat_map(|document| card.field_items("tags").into_iter().filter_map(move |tag| document.text(tag)));
        let mut subjects =
            tags.filter_map(|tag| OTHER_SUBJECTS.iter().copied().find(|subject| subject.eq_ignore_ascii_case(tag)));
        let subject = subjects.next();
        Self { task, subject, derived, people: says(PEOPLE), stakes: says(STAKES) }
    }

    /// Why a topic does not apply; `None` when it does, or when nothing is known that rules it out.
    #[must_use]
    pub fn excludes(&self, applies: Applies) -> Option<String> {
        let task = self.task.as_deref();
        let not = |tasks: &[&str], what: &str| {
            let task = task.filter(|task| !tasks.contains(task))?;
            Some(format!("the task is {task}, which {what}"))
        };
        match applies {
            Applies::Always => None,
            Applies::Generative => not(GENERATIVE, "generates nothing").or_else(|| {
                let subject = self.subject.filter(|_| task.is_none())?;
                Some(format!("the tag is {subject}, and nothing says that it generates"))
            }),
            Applies::NlpOrSpeech => not(LANGUAGE, "is neither language nor speech").or_else(|| {
                let subject = self.subject?;
                Some(format!("the tag is {subject}, which is neither language nor speech"))
            }),
            Applies::Classifier => not(CLASSIFIER, "has no classes"),
            Applies::Derived => (!self.derived).then(|| "no base model is named".to_owned()),
            Applies::DecisionAboutPeople => (!self.people).then(|| "nothing says that it judges people".to_owned()),
            Applies::HighStakes => {
                (!self.stakes).then(|| "nothing says that its field is one of high stakes".to_owned())
            }
        }
    }
}
