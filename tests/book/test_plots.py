"""One style: every loss can be told from every other, in colour and in black and white."""

import matplotlib.pyplot as plt
import pytest

from lossbook.book import plots

# Okabe and Ito's palette, with black and one grey.
PALETTE = {
    "#000000",
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#6E6E6E",
    "#F0E442",
}


def test_every_loss_has_its_own_look_from_the_safe_palette():
    looks = [(style["color"], style["linestyle"]) for style in plots.LOSSES.values()]
    assert len(set(looks)) == len(looks)
    assert {color for color, _ in looks} <= PALETTE


@pytest.fixture
def figure():
    plots.use_style()
    figure, _ = plots.panels(3)
    yield figure
    plt.close(figure)
    plt.rcdefaults()


def test_panels_stand_one_below_the_other_on_an_opaque_ground(figure):
    tops = [axes.get_subplotspec().rowspan.start for axes in figure.axes]
    assert tops == [0, 1, 2]
    assert figure.get_facecolor() == (1.0, 1.0, 1.0, 1.0)
    width, _ = figure.get_size_inches()
    # On a phone 360 pixels wide, the smallest text keeps 9 pixels or more.
    assert plt.rcParams["legend.fontsize"] / 72 * 360 / width >= 9


def test_the_name_of_a_shared_axis_stands_below_its_numbers_alone():
    figure, (above, below) = plots.panels(2, sharex=True)
    apart, (first, second) = plots.panels(2)
    for axes in (above, below, first, second):
        plots.label(axes, "margin", "loss", legend=False)
    names = [axes.get_xlabel() for axes in (above, below, first, second)]
    plt.close(figure)
    plt.close(apart)
    assert names == ["", "margin", "margin", "margin"]
