"""A file's bytes as Markdown, by the format that its name says. Runs in the parsing process only."""

import re
import warnings

from knowledge.decoding import decode
from knowledge.html_pages import html_as_markdown
from knowledge.loading import Converted, Limits
from knowledge.office import docx_as_markdown, pptx_as_markdown
from knowledge.pdf import pages_as_markdown
from knowledge.sheets import csv_as_markdown, xlsx_as_markdown

_COMMENT = re.compile(  # what no reader sees; in code it is an example, and one that is not closed is none
    r"(?P<kept>^[ \t>*+.)\d-]*(?P<fence>`{3,}|~{3,})[^`\n]*\n.*?(?:^[ \t>]*(?P=fence)|\Z)"
    r"|(?P<ticks>`{1,3})[^`\n]+(?P=ticks)|<!--(?!.*?-->).*)|<!--.*?-->",
    re.DOTALL | re.MULTILINE,
)


def convert(suffix: str, content: bytes, limits: Limits) -> Converted:
    warnings.simplefilter("ignore")
    if not content:
        return Converted("")
    match suffix:
        case ".html" | ".htm":
            return html_as_markdown(content)
        case ".pdf":
            return pages_as_markdown(content, limits)
        case ".docx":
            return docx_as_markdown(content, limits)
        case ".pptx":
            return pptx_as_markdown(content, limits)
        case ".xlsx":
            return xlsx_as_markdown(content, limits)
        case ".csv":
            return csv_as_markdown(content, limits)
        case _:
            return Converted(_COMMENT.sub(lambda found: found["kept"] or "", decode(content)))
