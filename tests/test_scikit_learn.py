"""What scikit-learn fits is what the book's losses say: at its solution they have no slope left."""

import numpy as np
import pytest
from sklearn.ensemble import AdaBoostClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier

from lossbook import reference
from lossbook.book import datasets

LAM = 0.01


@pytest.fixture(scope="module")
def tumours() -> tuple[np.ndarray, np.ndarray]:
    """Standardised measurements (N, d) and labels of -1 or +1."""
    data = datasets.breast_cancer()
    return data.x_train, 2 * data.y_train - 1.0


def risk_slope(loss_grad, w: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the slope of the structural risk of a linear score without intercept."""
    # scikit-learn adds up the losses, times C, and half the squared weights: C is 1 / (2 lambda N).
    return x.T @ loss_grad(x @ w, y) + 2 * LAM * w


@pytest.mark.parametrize(
    ("model", "loss"),
    [
        (LinearSVC(loss="squared_hinge", dual=False), "squared_hinge_loss"),
        (LogisticRegression(), "logistic_loss"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_slope_is_left_at_a_linear_classifier(model, loss: str, tumours):
    x, y = tumours
    model.set_params(C=1 / (2 * LAM * len(y)), fit_intercept=False, tol=1e-10, max_iter=10_000)
    w = model.fit(x, y).coef_[0]
    slope = risk_slope(getattr(reference, f"{loss}_grad"), w, x, y)
    assert np.abs(slope).max() < 1e-6
    assert np.abs(risk_slope(reference.exponential_loss_grad, w, x, y)).max() > 1e-3


def test_no_point_is_better_than_the_support_vector_machine(tumours):
    x, y = tumours
    rng = np.random.default_rng(0)
    machine = LinearSVC(
        loss="hinge", C=1 / (2 * LAM * len(y)), fit_intercept=False, tol=1e-10, max_iter=1_000_000
    )
    w = machine.fit(x, y).coef_[0]

    def risk(w: np.ndarray) -> float:
        losses = reference.hinge_loss(x @ w, y, reduction="none")
        return reference.structural_risk(losses, w, lam=LAM)

    steps = rng.normal(size=(200, len(w))) * np.logspace(-4, 0, 200)[:, None]
    assert all(risk(w + step) > risk(w) - 1e-9 for step in steps)


def test_adaboost_descends_on_the_exponential_loss(tumours):
    x, y = tumours
    stumps = AdaBoostClassifier(
        DecisionTreeClassifier(max_depth=1), n_estimators=20, random_state=0
    ).fit(x, y)
    score = np.zeros(len(y))
    for stump, error, weight in zip(
        stumps.estimators_, stumps.estimator_errors_, stumps.estimator_weights_, strict=True
    ):
        vote = stump.predict(x)
        losses = reference.exponential_loss(score, y, reduction="none")
        wrong = reference.zero_one_loss(vote, y, reduction="none")
        share = (losses * wrong).sum() / losses.sum()
        assert share == pytest.approx(error, rel=1e-9)
        alpha = 0.5 * np.log((1 - share) / share)
        assert 2 * alpha == pytest.approx(weight, rel=1e-9)  # scikit-learn counts twice
        score += alpha * vote
        # The step is the best one: along the vote no slope is left.
        assert vote @ reference.exponential_loss_grad(score, y) == pytest.approx(0, abs=1e-12)


def test_no_slope_is_left_at_ridge_regression():
    data = datasets.diabetes()
    x, t = data.x_train, data.y_train - data.y_train.mean()
    w = Ridge(alpha=LAM * len(t), fit_intercept=False, tol=1e-10).fit(x, t).coef_
    slope = risk_slope(reference.l2_loss_grad, w, x, t)
    assert np.abs(slope).max() < 1e-8
