"""What model answers conclude from their tables holds in courses and groups with other draws."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lossbook.book import show
from tests.course.support import nbgrader_of
from tools import chapters, course

Columns = dict[str, list[float]]


def columns(header, rows) -> Columns:
    """Return the numbers of a table by column: the first of each cell, ``90 (87–96)`` is 90."""
    cells = zip(*[row[1:] for row in rows], strict=True)
    return {
        name: [float((str(cell).split() or ["nan"])[0].rstrip("°")) for cell in column]
        for name, column in zip(header[1:], cells, strict=True)
    }


def tables_of(assignment: str, seed: int | None, group: int = 0) -> list[Columns]:
    """Return the tables that right functions give."""
    notebook = course.seeded(chapters.read(course.source(assignment)), seed, group)
    shown: list[Columns] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(show, "table", lambda *table: shown.append(columns(*table)))
        names: dict[str, object] = {}
        for cell in notebook.cells:
            graded = nbgrader_of(cell)
            if graded.get("grade_id") == "project":
                break
            if cell.cell_type == "code" and not graded.get("grade"):
                exec(compile(cell.source, assignment, "exec"), names)
    plt.close("all")  # a notebook closes its figures, too
    return shown


def risk(noise: Columns, penalties: Columns, one_split: Columns, splits: Columns) -> None:
    control, plain, *aware = noise["cross-entropy, true labels"]
    assert control < min(aware)
    assert max(aware) < plain - 0.05
    # The swaps cost labels as well as probabilities, and those end below the share of right labels.
    control, plain, *aware = noise["mistakes, true labels"]
    assert control < min(aware)
    assert max(aware) < plain - 0.5
    assert 0.7 < noise["median probability of its answer"][1] < 0.8
    # The labels that were written down find the share that was swapped, and condemn the control.
    control, *swapped = noise["this loss, labels written down"]
    assert noise["ε of the loss"][1:][np.argmin(swapped)] == 0.2
    assert control > 2 * max(swapped)
    for name in ("cross-entropy", "structural risk"):
        assert (np.diff(penalties[f"learnt from: {name}"]) > 0).all()
    assert 0 < np.argmin(penalties["held back: cross-entropy"]) < 4
    allowed, counted = (
        penalties[f"held back: {name}"] for name in ("mistakes allowed", "mistakes")
    )
    assert np.greater(allowed, 3 * np.array(counted)).all()
    a, b = one_split["mistakes"]
    assert a == b
    assert one_split["malignant called benign"][0] < one_split["malignant called benign"][1]
    assert one_split["surest mistake (logit)"][0] > one_split["surest mistake (logit)"][1]
    # Over the splits the chosen penalty forecasts at least as well as none, and as well as any.
    chosen, none, fixed = (splits[f"{model}: cross-entropy"][-1] for model in "CAB")
    assert chosen <= none < fixed
    assert splits["B: mistakes"][-1] < splits["A: mistakes"][-1]
    # The equal mistakes were chance.
    assert np.not_equal(splits["A: mistakes"], splits["B: mistakes"]).sum() > 6


def softmax(batches: Columns, focused: Columns, table: Columns, inputs: Columns) -> None:
    asked, by_n, by_weights, foretold = batches["weight of an eight"]
    assert abs(by_n - asked) < 2
    assert abs(by_weights - foretold) < 0.5
    far, also_far, near, least = batches["loss with $w'$"]
    assert least <= near < least + 0.006
    assert min(far, also_far) > near + 0.015
    # The focal answers are the plain ones sent through the optimum, by either loss.
    for name in ("loss with γ = 0", "loss with γ = 2"):
        plain, focal, sent = focused[name]
        assert abs(sent - focal) < 0.1 * abs(plain - focal)
    assert inputs["determined"] == [0, 1, 1]
    plain, weighted, focal, _, no_eight, cold, noise, teacher = table["eights found, %"]
    assert abs(no_eight - teacher) < 8
    assert abs(noise - teacher) < 8
    assert cold < no_eight - 5
    assert weighted > plain + 5
    assert abs(focal - plain) < abs(weighted - plain)
    wrongly = table["called eight wrongly"]
    assert min(wrongly[3], wrongly[4], wrongly[6]) > wrongly[0]
    *_, warm, still_cold, on_noise, itself = table["from the teacher"]
    assert on_noise == itself == 0
    assert still_cold > 10 * warm


def margin(table: Columns) -> None:
    assert min(table["right"]) > 0.98
    assert np.greater(table["AM-Softmax loss"], table["ArcFace loss"]).all()
    angles, closest, pairs = (
        np.array(table[name]).reshape(3, 3)
        for name in ("mean angle", "closest class vectors", "unseen pairs in order")
    )
    assert angles[0].min() > angles[1:].max() + 5
    assert abs(angles[1].mean() - angles[2].mean()) < 1
    plain, cosine, angle = closest.mean(axis=1)
    assert plain < angle < cosine
    # Beside the spread between starts, the pairs say far less than the angles.
    for kind in (1, 2):
        clear, doubtful = (
            abs(v[kind].mean() - v[0].mean()) / np.ptp(v[[0, kind]], axis=1).max()
            for v in (angles, pairs)
        )
        assert clear > doubtful


def divergence(humps: Columns, climb: Columns, models: Columns) -> None:
    gaps = np.subtract(climb["J"], climb["bound"])
    assert (np.diff(gaps) < 0).all()
    assert -1e-4 < gaps[-1] < 1e-3
    assert climb["images above 0"][-1] < 60
    _, wide, again, left, right = (np.array(row) for row in zip(*humps.values(), strict=True))
    assert np.allclose(wide, again)
    mean, deviation, half, forward, reverse = range(5)
    assert 0.4 < wide[mean] < 0.5
    assert wide[deviation] > 2.5 * max(left[deviation], right[deviation])
    assert left[half] == 1
    assert right[half] == 0
    assert min(left[forward], right[forward]) > 10 * wide[forward]
    assert max(left[reverse], right[reverse]) < wide[reverse]
    assert np.allclose([left[reverse], right[reverse]], np.log(2), atol=0.12)
    mistakes = models["mistakes, a fifth wrong: mean"]
    _, _, braked, hinge, squared, exponential, few, many, logistic = mistakes
    assert hinge < min(squared, exponential)
    assert abs(many - logistic) < min(models["deviation between draws"][-2:])
    given_back = models["wrong labels given back"]
    assert braked < exponential
    assert few < many
    assert given_back[2] < given_back[5]
    assert given_back[6] < given_back[7]


def robust(
    scales: Columns,
    fits: Columns,
    constants: Columns,
    densities: Columns,
    alone: Columns,
    decisive: Columns,
) -> None:
    assert scales["mean target"][1] > scales["mean target"][0] + 70
    assert scales["median target"][1] < scales["median target"][0] + 25
    assert scales["deviation of residuals (squared error)"][1] > 200
    assert scales["σ from medians (absolute error)"][1] < 80
    for best, targets in zip(constants.values(), (0, 1), strict=True):
        squared, absolute, huber = best
        assert abs(squared - scales["mean target"][targets]) <= 1
        assert abs(absolute - scales["median target"][targets]) <= 1
        assert absolute <= huber < absolute + 10
    assert densities["δ / σ, mean loss alone"] == [0.2, 0.2]
    as_measured, with_999 = densities["δ / σ, with log Z"]
    assert as_measured == 4
    assert with_999 < 0.7
    assert alone["slopes of 0, as measured"] == [0, 3, 0]
    squares, penalty, absolute = alone["largest change of a slope with 999"]
    assert absolute < min(squares, penalty)
    distance = np.array(fits["mean distance, new patients"]).reshape(3, 3)
    shift = np.array(fits["mean of prediction less target"]).reshape(3, 3)
    slope = np.array(fits["slope of the body mass index"]).reshape(3, 3)
    weight = np.array(fits["mean weight of the 22 patients"]).reshape(3, 3)
    assert distance[1, 0] > 1.8 * distance[1, 1:].max()
    assert shift[1, 0] > 70
    assert weight[1].max() < 0.2
    assert (slope[2] == 0).all()
    assert distance[2].min() > distance[0].max()
    assert weight[2].min() > 0.8
    incomes = decisive["income of the most decisive household"]
    assert incomes[0] == incomes[1] > 4900
    change, following = decisive["change of the slope without it"], decisive["next largest change"]
    assert change[0] > 3 * following[0]
    assert change[0] > 0.12 * decisive["slope"][0]
    assert change[1] < 1.2 * following[1]
    assert change[1] < 0.03 * decisive["slope"][1]


def perceptual(blind: Columns, prints: Columns, limits: Columns, descents: Columns) -> None:
    assert list(zip(*blind.values(), strict=True)) == [
        (0, 0, 0),
        (13, 17, 25),
        (20, 28, 44),
        (5, 5, 5),
    ]
    for promise, sent in zip((0.25, 0.1, 0.01), limits["share of other good prints"], strict=True):
        assert abs(sent - promise) < 0.15
    assert limits["limit"][2] == np.inf
    assert limits["of six bad prints"] == [4, 4, 0]
    slipped, blurred, bright, pale, grainy, striped = range(6)
    assert prints["slopes"][bright] == prints["curvature"][bright] == 0
    assert prints["slopes"][striped] == 0
    assert prints["curvature"][striped] > 1
    assert prints["style of slopes"][slipped] == 0
    assert prints["curvature"][grainy] > 5 * prints["slopes"][grainy]
    assert prints["slopes"][blurred] == max(prints["slopes"])
    assert prints["slopes"][pale] == prints["curvature"][pale] == prints["pixels"][pale]
    from_blur, from_grain, from_grey, *by_style = zip(*descents.values(), strict=True)
    assert from_blur[1] < 0.002
    assert from_blur[5] < 0.02
    assert from_grain[1] < 0.01
    assert from_grain[5] > 0.2
    assert from_grey == (1, 1, 1, 1, 1, 1)
    for features, features_after, _, style_after, before, after in by_style:
        assert style_after < 0.001
        assert features_after > features
        assert after > before


CONCLUSIONS = {
    "1_risk": risk,
    "2_softmax": softmax,
    "3_margin": margin,
    "4_divergence": divergence,
    "5_robust": robust,
    "6_perceptual": perceptual,
}


@pytest.mark.parametrize("assignment", CONCLUSIONS)
@pytest.mark.parametrize(("seed", "group"), [(None, 0), (1, 0), (2027, 3)])
def test_conclusions_survive_other_draws(assignment, seed, group):
    CONCLUSIONS[assignment](*tables_of(assignment, seed, group))


def test_every_assignment_has_conclusions():
    assert list(CONCLUSIONS) == [path.stem for path in course.sources()]


def test_groups_have_tables_of_their_own():
    tables = [str(tables_of("3_margin", 1, group)) for group in (0, 1, 2)]
    assert len(set(tables)) == 3
    assert tables[1] == str(tables_of("3_margin", 1, 1))
