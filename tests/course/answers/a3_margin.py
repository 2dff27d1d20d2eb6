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
]
