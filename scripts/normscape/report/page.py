"""The commentary as text, from its template, and as a page that needs no other file."""

import base64
import re
from pathlib import Path

import jinja2
import markdown

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
img {{ max-width: 100%; }}
table {{ border-collapse: collapse; font-size: 0.85rem; display: block; overflow-x: auto; }}
th, td {{ text-align: left; padding: 0.25rem 0.6rem; border-bottom: 1px solid #ddd; vertical-align: top; }}
td:nth-child(2) {{ min-width: 9rem; }}
td:nth-child(n+3) {{ white-space: nowrap; }}
</style>
{body}
</html>
"""


# What Markdown may take for emphasis: underscores that don't stand within a word. Before them, what stays as it is:
# code, where a link or a picture leads, a tag, and what is escaped already.
UNDERSCORES = re.compile(r"(`+)[^`].*?\1(?!`)|\]\([^()\s]*\)|</?[a-z][^<>]*>|\\.|(?<!\w)_+|_+(?!\w)", re.DOTALL)


def render(template, **facts):
    """Return the commentary in Markdown. A name that the template uses and `facts` lacks is an error.

    template: path of the Jinja template. Its emphasis is of asterisks: underscores are parts of names, and stay so.
    """
    template = Path(template)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(template.parent),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # Markdown; names are letters, digits and "_-."
    )
    text = environment.get_template(template.name).render(**facts)
    return UNDERSCORES.sub(lambda found: found[0].replace("_", r"\_") if found[0][0] == "_" else found[0], text)


def to_html(text, title, pictures):
    """Return the Markdown `text` as an HTML page that needs no other file.

    pictures: {name as in the text: bytes of an SVG}; they are written into the page. As PNG they would make it
    larger than the 1.5 MB that Chromium shows within Snakemake's report.
    """
    body = markdown.markdown(text, extensions=["tables"], output_format="html")
    for name, svg in pictures.items():
        data = base64.b64encode(svg).decode()
        body = body.replace(f'src="{name}"', f'src="data:image/svg+xml;base64,{data}"')
    return PAGE.format(title=title, body=body)
