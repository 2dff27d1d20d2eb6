"""What the pages of the API say of types, defaults and fields, as a reader of them would write it.

Sphinx expands every alias to what it stands for, which is half a page for ``ArrayLike``, and
describes each field of a named tuple as "Alias for field number 0".
"""

from __future__ import annotations

import dataclasses
import inspect
import re
from typing import Any

from numpy.typing import ArrayLike
from sphinx.application import Sphinx
from sphinx.util.inspect import signature
from sphinx.util.typing import stringify_annotation

from lossbook._reduction import Reduction

ALIASES = {
    stringify_annotation(ArrayLike, "smart"): "~numpy.typing.ArrayLike",
    stringify_annotation(Reduction, "smart"): "Reduction",
}
# What ``NDArray[np.float64]`` is expanded to.
NDARRAY = re.compile(
    r"~numpy\.ndarray\[(?:tuple\[~typing\.Any, \.\.\.\]|~typing\.Any), ~numpy\.dtype\[([^][]+)\]\]"
)
AFTER_AUTODOC = 600


def named(annotation: str) -> str:
    """Return an annotation with the names of its aliases."""
    for expanded, name in ALIASES.items():
        annotation = annotation.replace(expanded, name)
    return NDARRAY.sub(r"~numpy.typing.NDArray[\1]", annotation)


def name_types(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, arguments: str, returns: str
) -> tuple[str, str] | None:
    """Name the types that autodoc has just noted, and print the defaults of a dataclass."""
    noted = app.env.temp_data.get("annotations", {}).get(name, {})
    constructor = getattr(obj, "__init__", None)
    if inspect.isclass(obj) and inspect.isfunction(constructor):
        # Autodoc takes an argument's type from the attribute of the same name.
        for argument in signature(constructor, bound_method=True).parameters.values():
            if argument.name in noted and argument.annotation is not argument.empty:
                noted[argument.name] = stringify_annotation(argument.annotation, "smart")
    noted.update({argument: named(annotation) for argument, annotation in noted.items()})
    if not (arguments and dataclasses.is_dataclass(obj)):
        return None
    for field in dataclasses.fields(obj):
        if field.default_factory is not dataclasses.MISSING:
            default = f"{field.name}={field.default_factory()!r}"
            arguments = arguments.replace(f"{field.name}=<factory>", default)
    return arguments, returns


def skip_fields(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out the fields of named tuples: the parameters say the same, with their types."""
    return True if type(obj).__name__ == "_tuplegetter" else None


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the extension with Sphinx."""
    app.connect("autodoc-process-signature", name_types, priority=AFTER_AUTODOC)
    app.connect("autodoc-skip-member", skip_fields)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
