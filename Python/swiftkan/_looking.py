"""Pictures and pages as notebooks show them."""

from __future__ import annotations

import os


class Picture:
    """A picture in SVG, or a page in HTML.

    Attributes
    ----------
    text : str
    """

    def __init__(self, text: str) -> None:
        self.text = text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it to a file, ``.svg`` or ``.html``."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.text)

    def _repr_html_(self) -> str:
        if self.text.lstrip().startswith("<svg"):
            return self.text
        # A page of its own, whose style stays within.
        import html

        return f'<iframe style="width:100%;height:800px;border:0" srcdoc="{html.escape(self.text)}"></iframe>'

    def __repr__(self) -> str:
        return f"<{'Picture' if self.text.lstrip().startswith('<svg') else 'Page'} of {len(self.text)} characters>"
