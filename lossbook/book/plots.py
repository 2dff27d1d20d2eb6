"""The book's one plotting style: each loss keeps its colour and its line through every chapter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart with every common form of colour blindness.
BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
BLUE, VERMILION, PURPLE, GREY = "#0072B2", "#D55E00", "#CC79A7", "#6E6E6E"

# Line styles differ too, so that a figure survives a black-and-white printer.
LOSSES: dict[str, dict[str, Any]] = {
    "0-1": {"color": BLACK, "linestyle": "-"},
    "cross-entropy": {"color": BLUE, "linestyle": "-"},
    "logistic (bits)": {"color": SKY, "linestyle": "--"},
    "hinge": {"color": VERMILION, "linestyle": "-."},
    "squared hinge": {"color": GREEN, "linestyle": "--"},
    "exponential": {"color": PURPLE, "linestyle": ":"},
    "squared error": {"color": ORANGE, "linestyle": "--"},
    "absolute error": {"color": GREEN, "linestyle": "-."},
    "smooth L1": {"color": BLUE, "linestyle": "-."},
    "Huber": {"color": PURPLE, "linestyle": "-"},
    "Charbonnier": {"color": GREEN, "linestyle": (0, (3, 1, 1, 1, 1, 1))},
    "log-cosh": {"color": BLACK, "linestyle": "--"},
    "Tukey": {"color": BLUE, "linestyle": ":"},
    "Huber (scikit-learn)": {"color": BLACK, "linestyle": ":"},
    "quantile": {"color": SKY, "linestyle": (0, (1, 1))},
    "Brier": {"color": ORANGE, "linestyle": (0, (8, 2))},
    "Student": {"color": VERMILION, "linestyle": ":"},
    "perceptual": {"color": VERMILION, "linestyle": "-"},
    "KL, forward": {"color": SKY, "linestyle": "-"},
    "KL, reverse": {"color": PURPLE, "linestyle": "-."},
    "softmax": {"color": BLACK, "linestyle": "-."},
    "weighted": {"color": SKY, "linestyle": ":"},
    "soft": {"color": GREEN, "linestyle": "-"},
    "focal": {"color": ORANGE, "linestyle": ":"},
    "L-Softmax": {"color": GREEN, "linestyle": ":"},
    "A-Softmax": {"color": ORANGE, "linestyle": "-."},
    "L2-softmax": {"color": PURPLE, "linestyle": "--"},
    "AM-Softmax": {"color": BLUE, "linestyle": "--"},
    "ArcFace": {"color": VERMILION, "linestyle": "--"},
    "normalised": {"color": GREY, "linestyle": "-"},
    "InfoNCE": {"color": BLUE, "linestyle": (0, (5, 1, 1, 1))},
    "InfoNCE, warm": {"color": SKY, "linestyle": (0, (8, 2))},
    "triplet, all": {"color": ORANGE, "linestyle": (0, (1, 1))},
    "triplet, semi-hard": {"color": VERMILION, "linestyle": (0, (2, 2))},
    "triplet, hardest": {"color": PURPLE, "linestyle": (0, (3, 1, 1, 1, 1, 1))},
}

TRAIN = {"color": BLUE, "linestyle": "-", "marker": "o"}
TEST = {"color": VERMILION, "linestyle": "--", "marker": "s"}


def use_style() -> None:
    """Set Matplotlib up: light opaque background, and text that is readable on a phone.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> use_style()
        >>> float(plt.rcParams["figure.figsize"][0])
        5.2
    """
    import matplotlib.pyplot as plt
    from IPython import get_ipython
    from matplotlib_inline.config import InlineBackend

    plt.rcParams.update(
        {
            # 5.2 inches shrink to a phone's 360 pixels with letters of 10 pixels left.
            "figure.figsize": (5.2, 3.4),
            "figure.dpi": 132,
            "figure.facecolor": "white",
            "figure.constrained_layout.use": True,
            "savefig.facecolor": "white",
            "font.size": 10.5,
            "axes.titlesize": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "grid.color": "#E3E3E3",
            "axes.axisbelow": True,
            "lines.linewidth": 2,
            "lines.markersize": 4.5,
            "legend.frameon": False,
            "legend.fontsize": 9.5,
        }
    )
    if get_ipython() is not None:
        # Twice the pixels, and the same size in a notebook: sharp on the screens of today.
        InlineBackend.instance().figure_formats = {"retina"}


def panels(
    rows: int = 1, *, columns: int = 1, height: float = 3.0, **options: Any
) -> tuple[Figure, Any]:
    """Return a figure of panels, one below the other so that a phone shows them whole.

    Two small ones that must be compared at a glance can stand side by side, as ``columns``.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, axes = panels(2)
        >>> len(axes)
        2
        >>> plt.close(figure)
    """
    import matplotlib.pyplot as plt

    return plt.subplots(rows, columns, figsize=(5.2, height * rows), **options)


def label(axes: Axes, x: str, y: str, *, title: str = "", legend: bool = True) -> None:
    """Name both axes, and add the legend if there is something to tell apart.

    A panel whose numbers stand below another one, with which it shares the axis, gets no name of
    that axis either.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, axes = panels()
        >>> label(axes, "margin", "loss", legend=False)
        >>> axes.get_xlabel()
        'margin'
        >>> plt.close(figure)
    """
    below = axes.xaxis.get_tick_params()["labelbottom"]
    axes.set(xlabel=x if below else "", ylabel=y, title=title)
    if legend:
        axes.legend()


def spokes(axes: Axes, points: Any, labels: Any, vectors: Any, *, size: float = 5) -> None:
    """Draw two features of samples, each as its digit, and the class vectors from the origin.

    Args:
        axes: where to draw.
        points: features, shape (N, 2).
        labels: digits 0..9, shape (N,).
        vectors: the class vectors, shape (10, 2).
        size: of a digit, in points.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, axes = panels()
        >>> spokes(axes, np.eye(2), np.array([3, 8]), np.ones((10, 2)))
        >>> axes.get_aspect()
        1.0
        >>> plt.close(figure)
    """
    colours = (BLACK, ORANGE, SKY, GREEN, BLUE, VERMILION, PURPLE, GREY, "#8C510A", "#332288")
    arrow = {"arrowstyle": "-|>", "color": BLACK, "lw": 1.2}
    for digit, (colour, vector) in enumerate(zip(colours, vectors, strict=True)):
        own = points[labels == digit]
        axes.plot(*own.T, linestyle="", marker=f"${digit}$", color=colour, markersize=size)
        axes.annotate("", xy=vector, xytext=(0, 0), arrowprops=arrow)
    axes.set_aspect("equal")


def regions(axes: Axes, decide: Callable[[Any], Any], vectors: Any, names: Sequence[str]) -> None:
    """Colour the plane by a decision between two classes, and draw both class vectors.

    Args:
        axes: where to draw.
        decide: from points (N, 2) to 0 or 1, the class of each, or -1 for neither.
        vectors: the class vectors, shape (2, 2).
        names: what to write at their tips.

    Example:
        >>> import matplotlib.pyplot as plt
        >>> figure, axes = panels()
        >>> regions(axes, lambda points: 1 * (points[:, 0] < 0), np.eye(2), ["first", "second"])
        >>> axes.get_aspect()
        1.0
        >>> plt.close(figure)
    """
    from matplotlib.colors import ListedColormap

    centres = (np.arange(800) + 0.5) / 250 - 1.6
    points = np.stack(np.meshgrid(centres, centres), axis=-1)
    chosen = np.asarray(decide(points.reshape(-1, 2))).reshape(800, 800)
    shades = ListedColormap(["#EDEDED", "#BBD9EC", "#F6CFB4"])  # neither, light blue, vermilion
    extent = (-1.6, 1.6, -1.6, 1.6)
    axes.imshow(chosen, cmap=shades, vmin=-1, vmax=1, extent=extent, origin="lower")
    for vector, name, color in zip(np.asarray(vectors), names, (BLUE, VERMILION), strict=True):
        axes.annotate(
            "", xy=vector, xytext=(0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2}
        )
        axes.annotate(name, xy=vector, xytext=1.18 * vector, color=BLACK, ha="center", va="center")
    axes.set(aspect="equal", xlim=(-1.6, 1.6), ylim=(-1.6, 1.6))
    axes.grid(False)
