"""What chat models are told: one Markdown file a prompt, with a {placeholder} for each input."""

from importlib.resources import files


def load_prompt(name: str) -> str:
    """The text of ``prompts/NAME.md``."""
    return files("prompts").joinpath(f"{name}.md").read_text("utf-8")
