"""What chat models are told: one Markdown file a prompt, with a {placeholder} for each input."""

import re
from importlib.resources import files


def load_prompt(name: str) -> str:
    """The text of ``prompts/NAME.md``."""
    return files("prompts").joinpath(f"{name}.md").read_text("utf-8")


def fill(name: str, **values: str) -> str:
    """The prompt with its inputs, which are not searched for placeholders of their own."""
    return re.sub(r"\{(\w+)\}", lambda match: values[match[1]], load_prompt(name))


def inside(text: str) -> str:
    """Text that can't close the fence it stands in."""
    return text.replace("<<<", "‹‹‹").replace(">>>", "›››")
