"""Wrong answers to assignment 3."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "divides by the squared lengths",
        "cosines_value cosines_zero",
        "",
        cosines="""
def cosines(x, W):
    squares = np.outer((x**2).sum(axis=1), (W**2).sum(axis=1))
    return (x @ W.T) / np.where(squares > 0, squares, 1)
""",
    ),
    mistake(
        "divides by zero",
        "cosines_zero",
        "gives nan where the right result is finite",
        cosines="""
def cosines(x, W):
    x = x / np.linalg.norm(x, axis=1, keepdims=True)
    return x @ (W / np.linalg.norm(W, axis=1, keepdims=True)).T
""",
    ),
    mistake(
        "takes the margin from every class",
        "am_value",
        "too small",
        am_softmax_loss="""
def am_softmax_loss(x, W, y, s, m):
    return softmax_loss(s * (cosines(x, W) - m), y)
""",
    ),
    mistake(
        "does not scale the margin",
        "am_value",
        "too small",
        am_softmax_loss="""
def am_softmax_loss(x, W, y, s, m):
    z = s * cosines(x, W)
    z[np.arange(len(y)), y] -= m
    return softmax_loss(z, y)
""",
    ),
    mistake(
        "adds the margin",
        "am_value",
        "too small",
        am_softmax_loss="""
def am_softmax_loss(x, W, y, s, m):
    c = cosines(x, W)
    c[np.arange(len(y)), y] += m
    return softmax_loss(s * c, y)
""",
    ),
    mistake(
        "drops the scale from the slopes",
        "am_grad",
        "0.5 times what it should be, in every entry",
        am_cosine_grad="""
def am_cosine_grad(c, y, s, m):
    truth = np.eye(c.shape[1])[y]
    return (softmax(s * (c - m * truth)) - truth) / len(y)
""",
    ),
    mistake(
        "forgets the margin in the slopes",
        "am_grad",
        "",
        am_cosine_grad="""
def am_cosine_grad(c, y, s, m):
    return s * (softmax(s * c) - np.eye(c.shape[1])[y]) / len(y)
""",
    ),
    mistake(
        "changes the cosines in place",
        "am_grad",
        "am_cosine_grad changes its argument c",
        am_cosine_grad="""
def am_cosine_grad(c, y, s, m):
    truth = np.eye(c.shape[1])[y]
    c -= m * truth
    return s * (softmax(s * c) - truth) / len(y)
""",
    ),
    mistake(
        "treats the length as constant",
        "through_value",
        "",
        through_cosines="""
def through_cosines(x, W, slopes):
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return slopes @ (W / np.linalg.norm(W, axis=1, keepdims=True)) / lengths
""",
    ),
    mistake(
        "takes the margin for degrees",
        "arcface_near arcface_far arcface_along",
        "",
        arcface_loss="""
def arcface_loss(x, W, y, s, m):
    m = np.radians(m)
    c = np.clip(cosines(x, W), -1, 1)
    rows = np.arange(len(y))
    theta = np.arccos(c[rows, y])
    c[rows, y] = np.where(
        theta <= np.pi - m, np.cos(theta + m), np.cos(theta) - m * np.sin(m)
    )
    return softmax_loss(s * c, y)
""",
    ),
    mistake(
        "has no second branch",
        "arcface_far",
        "",
        arcface_loss="""
def arcface_loss(x, W, y, s, m):
    c = np.clip(cosines(x, W), -1, 1)
    rows = np.arange(len(y))
    c[rows, y] = np.cos(np.arccos(c[rows, y]) + m)
    return softmax_loss(s * c, y)
""",
    ),
    mistake(
        "trusts the cosine",
        "arcface_along",
        "gives nan where the right result is finite",
        arcface_loss="""
def arcface_loss(x, W, y, s, m):
    c = cosines(x, W)
    rows = np.arange(len(y))
    theta = np.arccos(c[rows, y])
    c[rows, y] = np.where(
        theta <= np.pi - m, np.cos(theta + m), np.cos(theta) - m * np.sin(m)
    )
    return softmax_loss(s * c, y)
""",
    ),
    mistake(
        "lets the pieces rise",
        "psi_value",
        "",
        psi="""
def psi(theta, m):
    k = np.floor(m * theta / np.pi)
    return np.cos(m * theta) - 2 * k
""",
    ),
    mistake(
        "forgets to continue the cosine",
        "psi_value",
        "",
        psi="""
def psi(theta, m):
    return np.cos(m * theta)
""",
    ),
    mistake(
        "goes through the arccos",
        "slope_near",
        "",
        arcface_slope="""
def arcface_slope(x, w, m):
    length = np.linalg.norm(x)
    unit, target = x / length, w / np.linalg.norm(w)
    theta = np.arccos(np.clip(unit @ target, -1, 1))
    across = target - np.cos(theta) * unit
    return np.sin(theta + m) / np.sin(theta) * across / length
""",
    ),
    mistake(
        "clips the cosine short of 1",
        "slope_near",
        "",
        arcface_slope="""
def arcface_slope(x, w, m):
    length = np.linalg.norm(x)
    unit, target = x / length, w / np.linalg.norm(w)
    cosine = np.clip(unit @ target, -1 + 1e-7, 1 - 1e-7)
    factor = np.cos(m) + cosine * np.sin(m) / np.sqrt(1 - cosine**2)
    return factor * (target - (unit @ target) * unit) / length
""",
    ),
    mistake(
        "drops the factor of the margin",
        "slope_value slope_near",
        "",
        arcface_slope="""
def arcface_slope(x, w, m):
    length = np.linalg.norm(x)
    unit, target = x / length, w / np.linalg.norm(w)
    return (target - unit @ target * unit) / length
""",
    ),
    mistake(
        "forgets the length of the feature",
        "slope_value slope_near",
        "2 times",
        arcface_slope="""
def arcface_slope(x, w, m):
    unit, target = x / np.linalg.norm(x), w / np.linalg.norm(w)
    cosine = unit @ target
    across = target - cosine * unit
    sine = np.linalg.norm(across)
    return (sine * np.cos(m) + cosine * np.sin(m)) * across / sine
""",
    ),
    mistake(
        "measures the strip on one side",
        "strip_multiplied_value strip_cosine_value",
        "too small, by 50 %",
        strip_multiplied="""
def strip_multiplied(omega, m):
    return omega / 2 - omega / (m + 1)
""",
        strip_cosine="""
def strip_cosine(omega, m):
    return np.arcsin(m / (2 * np.sin(omega / 2)))
""",
    ),
    mistake(
        "takes the margin for an angle",
        "strip_cosine_value",
        "",
        strip_cosine="""
def strip_cosine(omega, m):
    return m
""",
    ),
    mistake(
        "divides the angle by m",
        "strip_multiplied_value",
        "",
        strip_multiplied="""
def strip_multiplied(omega, m):
    return omega - 2 * omega / m / 2
""",
    ),
    # A later answer that calls a wrong one is right: a right one stands in.
    mistake(
        "adds what lies along x, and the slope calls it",
        "through_value",
        "wrong in 2 of 2",
        through_cosines="""
def through_cosines(x, W, slopes):
    n = np.linalg.norm(x, axis=1, keepdims=True)
    d = W / np.linalg.norm(W, axis=1, keepdims=True)
    along = (slopes * cosines(x, W)).sum(axis=1, keepdims=True)
    return (slopes @ d + along * x / n) / n
""",
        arcface_slope="""
def arcface_slope(x, w, m):
    c = cosines(x[None], w[None])[0, 0]
    sine = np.linalg.norm(w / np.linalg.norm(w) - c * x / np.linalg.norm(x))
    slope = np.cos(m) + c / sine * np.sin(m)
    return through_cosines(x[None], w[None], np.array([[slope]]))[0]
""",
    ),
]
