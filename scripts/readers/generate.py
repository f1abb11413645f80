"""Writes cards that the Hub's own tools make: generate.py FOLDER (fixtures/generated).

The templates and the serialiser are those of huggingface_hub; the values are ours. What an author gets
who fills in little is what most cards on the Hub look like.
"""

import sys
from pathlib import Path

from huggingface_hub import DatasetCard, DatasetCardData, EvalResult, ModelCard, ModelCardData


def result(**changes) -> EvalResult:
    values = dict(
        task_type="text-classification",
        dataset_type="acme/tickets",
        dataset_name="Tickets",
        metric_type="accuracy",
        metric_value=0.91,
    )
    return EvalResult(**(values | changes))


CARDS = {
    "model-template-untouched": lambda: ModelCard.from_template(ModelCardData()),
    "model-template-named": lambda: ModelCard.from_template(
        ModelCardData(language="en", license="mit", library_name="keras"),
        model_id="ticket-sentiment",
        developers="Acme",
    ),
    "model-norwegian": lambda: ModelCard.from_template(
        ModelCardData(language=["no", "en"], license="apache-2.0", library_name="transformers", pipeline_tag="fill-mask")
    ),
    "model-evaluated": lambda: ModelCard.from_template(
        ModelCardData(
            language="en",
            license="mit",
            library_name="sklearn",
            pipeline_tag="text-classification",
            model_name="ticket-sentiment",
            eval_results=[
                result(),
                result(metric_type="f1", metric_value=0.89),
                result(dataset_name="Tickets, hard part", metric_value=0.52),
                result(dataset_config="nb", metric_value=float("nan")),
            ],
        )
    ),
    "model-other-licence": lambda: ModelCard.from_template(
        ModelCardData(license="other", library_name="diffusers", pipeline_tag="text-to-image", tags=["art", "art"])
    ),
    "model-spdx-licence": lambda: ModelCard.from_template(
        ModelCardData(license="Apache-2.0", base_model="./checkpoint-500", datasets=["Acme tickets"], tags=None)
    ),
    "dataset-template-untouched": lambda: DatasetCard.from_template(DatasetCardData()),
    "dataset-named": lambda: DatasetCard.from_template(
        DatasetCardData(
            language="en", license="cc-by-4.0", task_categories=["sentiment"], size_categories="10K-100K", pretty_name="Tickets"
        ),
        pretty_name="Tickets",
    ),
}


def main() -> None:
    for name, card in CARDS.items():
        folder = Path(sys.argv[1]) / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "README.md").write_bytes(str(card()).encode())


main()
