//! Is it a model card, a dataset card, or something else?

use super::Card;
use crate::vocab::{self, kinds};

/// What a card describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A model.
    Model,
    /// A dataset.
    Dataset,
    /// Something else, such as a Space.
    Other,
}

/// Decides by the strongest evidence there is: keys that only one kind has, then the files beside
/// the card, then its title and headings, then its place, then its words. A card that says nothing is a model's.
pub(super) fn detect(card: &Card<'_>) -> Kind {
    let fields = vocab::fields();
    let (mut model, mut dataset, mut space) = (0, 0, 0);
    if let Some((document, root)) = card.mapping() {
        for &(key, _) in document.pairs(root) {
            let Some(key) = document.text(key) else { continue };
            match (fields.is_model(key), fields.is_dataset(key)) {
                (true, false) => model += 1,
                (false, true) => dataset += 1,
                _ if fields.is_space(key) => space += 1,
                _ => {}
            }
        }
    }
    if space >= 2 && space > model + dataset {
        return Kind::Other;
    }
    // Data cards name other data and measures, too: these keys weigh less than the title.
    let weak = ["datasets", "metrics"].into_iter().filter(|key| card.field(key).is_some()).count();
    if dataset == 0
        && model == weak
        && weak > 0
        && card.outline.title().is_some_and(|title| title.to_lowercase().starts_with("dataset card"))
    {
        return Kind::Dataset;
    }
    if model != dataset {
        return if model > dataset { Kind::Model } else { Kind::Dataset };
    }
    let (has_weights, has_tables) = (card.has_model_files(), card.has_dataset_files());
    if has_weights != has_tables {
        return if has_weights { Kind::Model } else { Kind::Dataset };
    }
    let title = card.outline.title().unwrap_or_default().to_lowercase();
    if title.contains("model") && !title.contains("dataset") {
        return Kind::Model;
    }
    // "Dataset quality scorer" is a model, as far as its title tells.
    let named = title.starts_with("dataset card")
        || ["dataset", "datasets", "data set", "corpus", "treebank"].iter().any(|word| title.ends_with(word));
    if named && !title.contains("model") && first_sentence(card).1 == 0 {
        return Kind::Dataset;
    }
    let dataset_headings = card
        .outline
        .headings
        .iter()
        .filter(|heading| {
            let text = heading.text.to_lowercase();
            text.starts_with("dataset ") || text == "data instances" || text == "data splits" || text == "data fields"
        })
        .count();
    if dataset_headings >= 2 {
        return Kind::Dataset;
    }
    if !has_weights && card.siblings.names().iter().any(|name| vocab::files().is_table(name)) {
        return Kind::Dataset;
    }
    // The address of a dataset on the Hub begins with `datasets/`.
    if card.source.name().split('/').any(|part| part == "datasets") || speaks_of_data(card) {
        return Kind::Dataset;
    }
    Kind::Model
}

/// Words of such a sentence in which it does: "This is a floral dataset".
const EARLY: usize = 8;
/// Words of a sentence that is more than a label.
const LEAST: usize = 4;
/// Words of data in a text that has none of a model.
const OFTEN: usize = 3;

fn words(text: &str) -> Vec<String> {
    let text = text.to_lowercase().replace("data set", "dataset");
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Words of data and of models.
fn count(words: &[String]) -> (usize, usize) {
    let wide = |word: &String| kinds().data_wide.iter().any(|known| word.contains(known.as_str()));
    let data = words.iter().filter(|word| kinds().data.contains(word) || wide(word)).count();
    let of_model = |word: &&String| {
        kinds()
            .model
            .iter()
            .any(|known| word.starts_with(known.as_str()) || !known.is_ascii() && word.contains(known.as_str()))
    };
    (data, words.iter().filter(of_model).count())
}

/// Whether the first sentence says early and by its form that it is of data; how many words of a model it has.
fn first_sentence(card: &Card<'_>) -> (bool, usize) {
    let text = &card.source.text()[card.front.body_start()..];
    let first = text.lines().map(str::trim).find(|line| line.starts_with(char::is_alphanumeric)).unwrap_or_default();
    let sentence = words(first.split(['.', ':', '。']).next().unwrap_or_default());
    let (head, of_model) = (&sentence[..sentence.len().min(EARLY)], count(&sentence).1);
    let wide = head.first().is_some_and(|word| kinds().data_wide.iter().any(|known| word.contains(known.as_str())));
    // "GullCorpus is a corpus of …"
    let is_one = head.windows(2).any(|pair| pair[0] == "is" && matches!(pair[1].as_str(), "a" | "an" | "the"));
    let about = sentence.first().is_some_and(|word| word == "about");
    let opens = (about || sentence.len() >= LEAST) && head.first().is_some_and(|word| kinds().openings.contains(word));
    (count(head).0 > 0 && (wide || opens || is_one), of_model)
}

/// Whether the text says that it is of a dataset: early in its first sentence, or again and again, and has no word of a model.
fn speaks_of_data(card: &Card<'_>) -> bool {
    let (early, of_model) = first_sentence(card);
    if of_model > 0 {
        return false;
    }
    if early {
        return true;
    }
    let text = &card.source.text()[card.front.body_start()..];
    let (mut data, mut loaded, mut before) = (0, false, "");
    // Most texts have a word of a model near their beginning.
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()) {
        let begins = |known: &str| word.get(..known.len()).is_some_and(|start| start.eq_ignore_ascii_case(known));
        if kinds().model.iter().any(|known| begins(known) || !known.is_ascii() && word.contains(known.as_str())) {
            return false;
        }
        let named = kinds().data.iter().any(|known| {
            word.eq_ignore_ascii_case(known) || !word.is_ascii() && !known.is_ascii() && word.to_lowercase() == *known
        }) || kinds().data_wide.iter().any(|known| word.contains(known.as_str()))
            || before.eq_ignore_ascii_case("data") && begins("set");
        data += usize::from(named);
        loaded |= word == "load_dataset";
        before = word;
    }
    data >= OFTEN || loaded
}

#[cfg(test)]
mod tests {
    use super::super::Siblings;
    use super::*;
    use crate::text::SourceFile;

    fn kind(body: &str) -> Kind {
        let source = SourceFile::new("README.md", format!("---\nlicense: mit\n---\n{body}\n"));
        Card::read(&source, Vec::new(), Siblings::none(), None).kind
    }

    #[test]
    fn words_tell_what_nothing_else_does() {
        for body in [
            "This is a floral dataset to train text inversion.",
            "This data set is created by sampling.",
            "# PDB\n\nThis dataset contains 193,173 sequences.",
            "```python\nds = load_dataset(\"acme/books\", \"en\")\nds = load_dataset(\"acme/books\")\nds = load_dataset(\"acme/books\", \"sv\")\n```",
            "GullCorpus is a corpus of 4,100 field notes.",
            "Dieser Datensatz enthält 9.700 Rezepte aus Bayern.",
            "本数据集包含 12000 条指令。",
        ] {
            assert_eq!(kind(body), Kind::Dataset, "{body}");
        }
        for body in [
            "This model was trained on the IMDB dataset.",
            "The dataset is licensed under CC BY 4.0.",
            "datasets:\n- UMLS",
            "Created from a dataset with 1M sentences.",
            "# Dataset quality scorer\n\nScores the quality of rows of instruction datasets.",
            "This repository accompanies the dataset levain/loaves and holds a regressor.",
            "Dataset used: https://huggingface.co/datasets/gull/nests. Accuracy 0.91.",
            "",
        ] {
            assert_eq!(kind(body), Kind::Model, "{body}");
        }
    }
}
