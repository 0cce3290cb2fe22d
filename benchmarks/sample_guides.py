"""The guides folder in the form that `frontline evaluate answers --guides` reads, one guide a line on standard output.

python benchmarks/sample_guides.py > guides.jsonl
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from knowledge.loading import FORMATS, Limits, Parser, read

GUIDES = Path(__file__).parents[1] / "knowledge" / "guides"


def records(root: Path = GUIDES) -> Iterator[dict[str, str]]:
    """Every guide below `root`, converted as an ingest would; all are in the smallest tier, so none is left out."""
    limits = Limits()
    with Parser(limits) as parser:
        for path in sorted(path for path in root.rglob("*") if path.suffix in FORMATS):
            key = path.relative_to(root).as_posix()
            draft = parser.parse(read(path, root.resolve(), limits))
            yield {
                "doc_id": key,
                "kb": "brightwater",
                "title": draft.title,
                "source": f"knowledge/guides/{key}",
                "license": "Apache-2.0",
                "text": draft.text,
                "tier": "mini",
            }


if __name__ == "__main__":
    for record in records():
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
