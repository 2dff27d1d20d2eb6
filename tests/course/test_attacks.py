# ruff: noqa: E501  (what students could write, a line each)
"""Code that is after points without an answer: none of it gets any, and right answers keep theirs.

The attacks run against every test of an assignment through ``outside.decide``, as nbgrader's step
does. What they do to files and programs is tried in test_misbehaving.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import scipy

import lossbook
from lossbook.grading import isolation
from tests.course.support import answers_of, lost, points_of, verdicts

FAKE = """
def zero_one_loss(prediction, target): return 0
def binary_cross_entropy(s, y): return 0
def binary_cross_entropy_grad(s, y): return 0
def structural_risk(losses, theta, lam): return 0
def step(theta, X, y, lam, rate): return 0
"""
BORROW = """
from lossbook import reference as r

def zero_one_loss(prediction, target): return ask(r.zero_one_loss, prediction, target)
def binary_cross_entropy(s, y): return ask(r.binary_cross_entropy, s, y)
def binary_cross_entropy_grad(s, y): return ask(r.binary_cross_entropy_grad, s, y)
def structural_risk(losses, theta, lam): return ask(r.structural_risk, losses, theta, lam=lam)
def step(theta, X, y, lam, rate): return ask(r.binary_cross_entropy_grad, X @ theta, y)
"""
# What the functions are, and what stands in a cell before them.
ATTACKS = {
    "numpy's allclose": (FAKE, "import numpy as N; N.allclose = N.isclose = lambda *a, **k: True"),
    "numpy's asarray": (FAKE, "import numpy as N; N.asarray = N.array = lambda *a, **k: N.ones(1)"),
    "compare": (
        FAKE,
        "from lossbook import grading as g; g.compare = g.check_gradient = lambda *a, **k: None",
    ),
    "the module itself": (
        FAKE,
        "import sys, types; sys.modules['lossbook.grading'] = types.SimpleNamespace("
        "compare=print, check_gradient=print)",
    ),
    "builtins": (
        FAKE,
        "import builtins; builtins.isinstance = builtins.any = lambda *a: False\n"
        "builtins.AssertionError = ZeroDivisionError",
    ),
    "input transformer": (
        FAKE,
        "get_ipython().input_transformers_cleanup.append(lambda lines: ['pass\\n'])\n"
        "get_ipython().ast_transformers.append(None)",
    ),
    "cell hook": (FAKE, "get_ipython().events.register('pre_run_cell', lambda info: None)"),
    "custom exception": (FAKE, "get_ipython().set_custom_exc((Exception,), print)"),
    "another thread": (
        BORROW,
        "from concurrent.futures import ThreadPoolExecutor as T\n"
        "def ask(f, *a, **k): return T(1).submit(f, *a, **k).result()",
    ),
    "no profiler": (
        BORROW,
        "import sys\ndef ask(f, *a, **k):\n"
        "    getattr(sys, 'set' + 'profile')(None)\n    return f(*a, **k)",
    ),
    "no tracing": (
        BORROW,
        "import sys, threading\ndef ask(f, *a, **k):\n"
        "    sys.settrace(None); threading.setprofile(None)\n    return f(*a, **k)",
    ),
    "answers by name": (BORROW, "def ask(f, *a, **k): return f(*a, **k)"),
    "an answer that equals all": (
        FAKE.replace("return 0", "return Same()"),
        "import numpy as np\nclass Same(np.ndarray):\n"
        "    def __new__(cls): return np.zeros(3).view(cls)\n"
        "    def __eq__(self, other): return True\n"
        "    def __array_function__(self, *a): return True\n"
        "    def __array_ufunc__(self, *a): return True",
    ),
    "an answer that looks back": (
        FAKE.replace("return 0", "return Looks()"),
        "import sys\nclass Looks:\n    def __array__(self, *a, **k):\n"
        "        frame = sys._getframe()\n        while frame:\n"
        "            if 'wanted' in frame.f_locals: return frame.f_locals['wanted']\n"
        "            frame = frame.f_back\n        raise TypeError",
    ),
    "frames": (
        FAKE.replace("return 0", "return stolen()"),
        "import sys\ndef stolen():\n    frame = sys._getframe()\n    while frame:\n"
        "        for name in ('wanted', 'right', 'loss'):\n"
        "            if name in frame.f_locals: return frame.f_locals[name]\n"
        "        frame = frame.f_back",
    ),
    "traceback": (
        FAKE.replace("return 0", "return stolen()"),
        "def stolen():\n    try: 1 / 0\n    except ZeroDivisionError as e:\n"
        "        frame = e.__traceback__.tb_frame\n        while frame:\n"
        "            if 'wanted' in frame.f_locals: return frame.f_locals['wanted']\n"
        "            frame = frame.f_back",
    ),
    "memory": (
        FAKE.replace("return 0", "return stolen()"),
        "import gc\ndef stolen():\n    for thing in gc.get_objects():\n"
        "        if type(thing).__name__ == 'Verdict': thing.error = ''",
    ),
    "points from the display": (
        FAKE.replace("return 0", "return show()"),
        "def show():\n    get_ipython().displayhook(3)\n    return 0",
    ),
    "reference replaced": (
        FAKE,
        "from lossbook import reference as r\n"
        "for name in ('zero_one_loss', 'binary_cross_entropy', 'structural_risk'):\n"
        "    r.__dict__[name] = lambda *a, **k: 0",
    ),
    "guard's names": (
        FAKE.replace("return 0", "return stolen()"),
        "def stolen():\n"
        "    import sys\n    q = sys.modules['guard']\n"
        "    q.CHANGES = q.READS = q.PROGRAMS = q.NETWORK = {}\n"
        "    return len(open('/etc/passwd').read())",
    ),
    "lossbook from its folder": (
        BORROW.replace("from lossbook import reference as r", ""),
        "import sys\nsys.path += [FOLDER, PACKAGES]\n"
        "try:\n    from lossbook import reference as r\nexcept BaseException: r = None\n"
        "def ask(f, *a, **k): return f(*a, **k)",
    ),
    "lossbook by importlib": (
        BORROW.replace("from lossbook import reference as r", ""),
        "import importlib, sys\nsys.path += [FOLDER, PACKAGES]\n"
        "def ask(f, *a, **k): return f(*a, **k)\n"
        "try: r = importlib.import_module('lossbook.reference')\nexcept BaseException: r = None",
    ),
    "the other side of the pipe": (
        FAKE.replace("return 0", "return forge()"),
        "import os\ndef forge():\n    for number in range(3, 30):\n"
        '        try: os.write(number, b\'{"result": true, "error": ""}\\n\' * 50)\n'
        "        except OSError: pass\n    return 0",
    ),
    "a message that runs": (
        FAKE.replace("return 0", "return forge()"),
        "import os, pickle\ndef forge():\n    for number in range(3, 30):\n"
        "        try: os.write(number, pickle.dumps(print) + b'\\n' + b'[' * 100000 + b'\\n')\n"
        "        except OSError: pass\n    return 0",
    ),
    "a flood": (
        FAKE.replace("return 0", "return flood()"),
        "import os\ndef flood():\n    while True:\n        for number in range(3, 30):\n"
        "            try: os.write(number, b'1' * 10**6)\n            except OSError: pass",
    ),
    "the parent": (
        FAKE.replace("return 0", "return end()"),
        "import os, signal\ndef end():\n    for number in (os.getppid(), 1, -1):\n"
        "        try: os.kill(number, signal.SIGTERM)\n        except OSError: pass\n    return 0",
    ),
    "an early end": (FAKE.replace("return 0", "return __import__('os')._exit(0)"), ""),
    "memory without end": (FAKE.replace("return 0", "return [0] * 10**11"), ""),
    "processes without end": (
        FAKE.replace("return 0", "return fork()"),
        "import os\ndef fork():\n    while True: os.fork()",
    ),
}
PACKAGES, FOLDER = (str(Path(module.__file__).parents[1]) for module in (scipy, lossbook))


def submission(functions: str) -> dict[str, str]:
    """Return answers of which the first cell defines all functions and the others nothing."""
    first, *others = answers_of("1_risk")
    return {first: functions, **dict.fromkeys(others, "")}


@pytest.mark.parametrize("system", ["isolates", "does not"])
@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_no_points(name, system, monkeypatch):
    if system == "does not":
        monkeypatch.setattr(isolation, "available", lambda: False)
    functions, before = ATTACKS[name]
    before = before.replace("FOLDER", repr(FOLDER)).replace("PACKAGES", repr(PACKAGES))
    found = verdicts("1_risk", submission(functions), before=before)
    assert lost(found) == points_of("1_risk").keys()
    assert {verdict.error for verdict in found.values()} == {"Wrong"}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_costs_right_answers_no_points_that_come_first(name):
    """What a cell does at its start cannot reach a process that is started anew."""
    _, before = ATTACKS[name]
    harmless = re.compile("allclose|asarray|isinstance")  # it breaks its own functions
    found = verdicts("1_risk", {}, before=before)
    assert lost(found) == set() or harmless.search(before)


READY_MADE = {
    "1_risk": (
        "binary_cross_entropy",
        "bce_value bce_stable",
        "from scipy.special import log_expit\n"
        "def binary_cross_entropy(s, y):\n"
        "    return -(y * log_expit(s) + (1 - y) * log_expit(-s)).mean()",
    ),
    "4_divergence": (
        "kl_divergence",
        "kl_value kl_zeros",
        "import scipy.special as special\n"
        "def kl_divergence(p, q):\n    return special.rel_entr(p, q).sum(axis=1).mean()",
    ),
    "5_robust": (
        "huber_loss",
        "huber_value huber_far",
        "import scipy.special\n"
        "def huber_loss(x, t, delta):\n    return scipy.special.huber(delta, x - t).mean()",
    ),
}


@pytest.mark.parametrize("assignment", READY_MADE)
def test_ready_made_ufuncs_give_no_points_and_say_why(assignment):
    cell, tests, source = READY_MADE[assignment]
    found = verdicts(assignment, {cell: source})
    assert lost(found) == set(tests.split())
    assert all("write the formula in NumPy" in found[name].message for name in tests.split())


# Slopes measured on a loss of one's own --------------------------------------------------------

CENTRAL = """
import numpy as np

def measured(loss, x, h=STEP):
    x = np.array(x, dtype=float)
    result = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        move = np.zeros_like(x)
        move[index] = h
        result[index] = (loss(x + move) - loss(x - move)) / (2 * h)
    return result
"""
ELEMENTS = """
import numpy as np

def measured(losses, x, h=STEP):
    return (losses(x + h) - losses(x - h)) / (2 * h) / x.size
"""
MEASURED = [
    ("1_risk", "binary_cross_entropy_grad(s, y)", "lambda v: binary_cross_entropy(v, y), s", "bce_grad"),
    ("1_risk", "noisy_cross_entropy_grad(s, y, epsilon)", "lambda v: noisy_cross_entropy(v, y, epsilon), s", "noisy_grad"),
    ("2_softmax", "weighted_loss_grad(z, y, weight)", "lambda v: weighted_loss(v, y, weight), z", "weighted_grad"),
    ("2_softmax", "distillation_loss_grad(z, teacher_z, temperature)", "lambda v: distillation_loss(v, teacher_z, temperature), z", "distillation_grad"),
    ("2_softmax", "focal_loss_grad(z, y, gamma)", "lambda v: focal_loss(v, y, gamma), z", "focal_grad"),
    ("3_margin", "am_cosine_grad(c, y, s, m)", "lambda v: softmax_loss(s * (v - m * np.eye(v.shape[1])[y]), y), c", "am_grad"),
    ("3_margin", "through_cosines(x, W, slopes)", "lambda v: (slopes * cosines(v, W)).sum(), x", "through_value"),
    ("3_margin", "arcface_slope(x, w, m)", "lambda v: np.cos(np.arccos(v @ w / np.linalg.norm(v) / np.linalg.norm(w)) + m), x", "slope_value"),
    ("4_divergence", "kl_grad(p, z)", "lambda v: kl_divergence(p, softmax(v)), z", "forward_grad"),
    ("4_divergence", "reverse_kl_grad(p, z)", "lambda v: kl_divergence(softmax(v), p), z", "reverse_grad"),
    ("4_divergence", "hinge_loss_grad(f, y)", "lambda v: hinge_loss(v, y), f", "hinge_grad"),
    ("4_divergence", "squared_hinge_loss_grad(f, y)", "lambda v: squared_hinge_loss(v, y), f", "squared_grad"),
    ("5_robust", "l1_loss_grad(x, t)", "lambda v: l1_loss(v, t), x", "l1_grad"),
    ("5_robust", "l2_loss_grad(x, t)", "lambda v: l2_loss(v, t), x", "l2_grad"),
    ("5_robust", "smooth_l1_loss_grad(x, t, beta)", "lambda v: smooth_l1_loss(v, t, beta), x", "smooth_grad"),
    ("5_robust", "huber_loss_grad(x, t, delta)", "lambda v: huber_loss(v, t, delta), x", "huber_grad"),
    ("6_perceptual", "perceptual_loss_grad(features, targets)", "lambda v: perceptual_loss(v, targets), features", "perceptual_grad"),
    ("6_perceptual", "image_grad(x, K, slopes)", "lambda v: (slopes * feature_maps(v, K)).sum(), x", "image_grad_value"),
    ("6_perceptual", "style_loss_grad(features, targets)", "lambda v: style_loss(v, targets), features", "style_grad"),
]  # fmt: skip


@pytest.mark.parametrize("step", ["1e-4", "1e-5", "6e-6", "1e-6"])
@pytest.mark.parametrize(("assignment", "head", "asked", "test"), MEASURED)
def test_a_measured_slope_gets_no_points(assignment, head, asked, test, step):
    name = head.partition("(")[0]
    source = f"{CENTRAL.replace('STEP', step)}\n\ndef {head}:\n    return measured({asked})"
    found = verdicts(assignment, {name: source})
    assert test in lost(found)
    assert lost(found) <= {test, "bce_grad_stable", "slope_near"}


@pytest.mark.parametrize("step", ["1e-4", "1e-5", "6e-6", "1e-6"])
def test_a_step_along_a_measured_slope_gets_no_points(step):
    source = (
        CENTRAL.replace("STEP", step)
        + """
def step(theta, X, y, lam, rate):
    risk = lambda v: binary_cross_entropy(X @ v, y) + lam * v @ v
    return theta - rate * measured(risk, theta)
"""
    )
    assert lost(verdicts("1_risk", {"step": source})) == {"step_value"}


@pytest.mark.parametrize("step", ["1e-4", "1e-5", "6e-6", "1e-6"])
@pytest.mark.parametrize(
    ("assignment", "head", "losses", "test"),
    [
        ("1_risk", "binary_cross_entropy_grad(s, y)",
         "lambda v: y * np.logaddexp(0, -v) + (1 - y) * np.logaddexp(0, v), s", "bce_grad"),
        ("4_divergence", "squared_hinge_loss_grad(f, y)",
         "lambda v: np.maximum(0, 1 - y * v) ** 2, f", "squared_grad"),
        ("5_robust", "l2_loss_grad(x, t)", "lambda v: (v - t) ** 2, x", "l2_grad"),
        ("5_robust", "l1_loss_grad(x, t)", "lambda v: abs(v - t), x", "l1_grad"),
        ("6_perceptual", "perceptual_loss_grad(features, targets)",
         "lambda v: (v - targets) ** 2, features", "perceptual_grad"),
    ],
)  # fmt: skip
def test_slopes_measured_for_all_samples_at_once_get_no_points(
    assignment, head, losses, test, step
):
    name = head.partition("(")[0]
    source = f"{ELEMENTS.replace('STEP', step)}\n\ndef {head}:\n    return measured({losses})"
    assert test in lost(verdicts(assignment, {name: source}))
