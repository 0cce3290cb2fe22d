"""The sample's guides and questions, or a set in the evaldata format, indexed for a benchmark of questions."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, create_engine

from knowledge.encoder import Encoder
from knowledge.evaluation import store
from knowledge.index import Index
from knowledge.question_sets import GuideRow, QuestionRow, is_in, read_guides, read_questions, with_spans
from knowledge.retriever import Retriever

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Indexed:
    """A set in use: its rows, and what finds passages in its guides."""

    is_sample: bool
    guides: list[GuideRow]
    questions: list[QuestionRow]
    engine: Engine
    index: Index
    retriever: Retriever


@contextmanager
def chosen(what: str, tier: str) -> Iterator[Indexed]:
    """The set that the command line names.

    Args:
        what: the benchmark's own words, for `--help`.
        tier: of a set in the evaldata format, unless another is asked for.
    """
    options = argparse.ArgumentParser(description=what, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--evaldata", type=Path)
    options.add_argument("--tier", default=tier)
    given = options.parse_args()
    folder = given.evaldata
    all_guides = read_guides(folder / "guides.jsonl.gz" if folder else ROOT / "knowledge" / "guides")
    guides = [row for row in all_guides if is_in(row.tier, given.tier)]
    set_of = folder / "questions.jsonl" if folder else ROOT / "benchmarks" / "sample_questions.jsonl"
    questions = [with_spans(row, guides, set_of) for row in read_questions(set_of) if is_in(row.tier, given.tier)]
    encoder = Encoder()
    with TemporaryDirectory() as place:
        engine = create_engine(f"sqlite:///{place}/knowledge.db")
        store(engine, guides)
        index = Index(engine, Path(place) / "index", encoder)
        index.open()
        try:
            index.refresh()
            yield Indexed(folder is None, guides, questions, engine, index, Retriever(engine, index, encoder))
        finally:
            index.close()
            engine.dispose()
            encoder.close()
