"""Wrong answers to assignment 5."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "sums the distances",
        "l1_value",
        "2 times too large, and there are 2 samples",
        l1_loss="""
def l1_loss(x, t):
    return np.abs(x - t).sum()
""",
    ),
    mistake(
        "calls zero positive",
        "l1_grad",
        "wrong in 1 of 3 entries, most of all in entry [2]",
        l1_loss_grad="""
def l1_loss_grad(x, t):
    return np.where(x >= t, 1, -1) / len(x)
""",
    ),
    mistake(
        "divides the residual by its size",
        "l1_grad",
        "gives nan where the right result is finite",
        l1_loss_grad="""
def l1_loss_grad(x, t):
    return (x - t) / np.abs(x - t) / len(x)
""",
    ),
    mistake(
        "halves the square",
        "l2_value l2_grad",
        "0.5 times what it should be, in every entry",
        l2_loss="""
def l2_loss(x, t):
    return ((x - t) ** 2).mean() / 2
""",
        l2_loss_grad="""
def l2_loss_grad(x, t):
    return (x - t) / len(x)
""",
    ),
    mistake(
        "takes the target less the prediction",
        "l1_grad l2_grad smooth_grad huber_grad",
        "right but for its sign",
        l1_loss_grad="""
def l1_loss_grad(x, t):
    return np.sign(t - x) / len(x)
""",
        l2_loss_grad="""
def l2_loss_grad(x, t):
    return 2 * (t - x) / len(x)
""",
        smooth_l1_loss_grad="""
def smooth_l1_loss_grad(x, t, beta):
    return np.clip((t - x) / beta, -1, 1) / len(x)
""",
        huber_loss_grad="""
def huber_loss_grad(x, t, delta):
    return np.clip(t - x, -delta, delta) / len(x)
""",
    ),
    mistake(
        "jumps at the join",
        "smooth_value",
        "too large",
        smooth_l1_loss="""
def smooth_l1_loss(x, t, beta):
    distance = np.abs(x - t)
    return np.where(distance < beta, distance**2 / (2 * beta), distance).mean()
""",
    ),
    mistake(
        "mixes up beta and delta",
        "smooth_value smooth_grad",
        "2 times what it should be, in every entry",
        smooth_l1_loss="""
def smooth_l1_loss(x, t, beta):
    distance = np.abs(x - t)
    far = beta * (distance - beta / 2)
    return np.where(distance < beta, distance**2 / 2, far).mean()
""",
        smooth_l1_loss_grad="""
def smooth_l1_loss_grad(x, t, beta):
    return np.clip(x - t, -beta, beta) / len(x)
""",
    ),
    mistake(
        "forgets one half",
        "huber_value",
        "too large",
        huber_loss="""
def huber_loss(x, t, delta):
    distance = np.abs(x - t)
    inside = np.minimum(distance, delta)
    return (inside**2 + delta * (distance - inside)).mean()
""",
    ),
    mistake(
        "writes smooth L1 for Huber",
        "huber_value huber_far huber_grad",
        "",
        huber_loss="""
def huber_loss(x, t, delta):
    distance = np.abs(x - t)
    inside = np.minimum(distance, delta)
    return (inside**2 / (2 * delta) + distance - inside).mean()
""",
        huber_loss_grad="""
def huber_loss_grad(x, t, delta):
    return np.clip((x - t) / delta, -1, 1) / len(x)
""",
    ),
    mistake(
        "multiplies infinity by zero",
        "huber_far",
        "gives nan where the right result is finite; the largest number in its arguments is 1e+200",
        huber_loss="""
def huber_loss(x, t, delta):
    distance = np.abs(x - t)
    near = distance <= delta
    far = delta * (distance - delta / 2)
    return (near * distance**2 / 2 + ~near * far).mean()
""",
    ),
    mistake(
        "forgets the mean",
        "huber_grad",
        "3 times too large, and there are 3 samples",
        huber_loss_grad="""
def huber_loss_grad(x, t, delta):
    return np.clip(x - t, -delta, delta)
""",
    ),
    mistake(
        "takes the mean of the deviations",
        "spread_value",
        "too large",
        spread="""
def spread(r):
    return np.mean(np.abs(r - np.median(r))) / 0.6745
""",
    ),
    mistake(
        "multiplies by the constant",
        "spread_value",
        "too small",
        spread="""
def spread(r):
    return np.median(np.abs(r - np.median(r))) * 0.6745
""",
    ),
    mistake(
        "divides by a residual of zero",
        "weights_ends",
        "gives nan where the right result is finite",
        huber_weights="""
def huber_weights(r, delta):
    return np.clip(r, -delta, delta) / r
""",
    ),
    mistake(
        "weighs by the square",
        "weights_value",
        "",
        huber_weights="""
def huber_weights(r, delta):
    return delta**2 / np.maximum(np.abs(r), delta) ** 2
""",
    ),
    mistake(
        "tells with a residual of one half",
        "telling_value",
        "returns a residual at which the colleague's loss is right",
        telling_residual="""
def telling_residual(beta):
    return 0.5
""",
    ),
    mistake(
        "tells at the join",
        "telling_value",
        "returns a residual at which the colleague's loss is right",
        telling_residual="""
def telling_residual(beta):
    return beta
""",
    ),
    mistake(
        "tells with no number",
        "telling_value",
        "returns a residual at which the colleague's loss is right",
        telling_residual="""
def telling_residual(beta):
    return np.nan
""",
    ),
    mistake(
        "leaves the colleague's bugs in",
        "smooth_value smooth_grad",
        "too small, by",
        smooth_l1_loss="""
def smooth_l1_loss(x, t, beta):
    return colleagues_loss(x, t, beta)
""",
        smooth_l1_loss_grad="""
def smooth_l1_loss_grad(x, t, beta):
    return colleagues_grad(x, t, beta)
""",
    ),
    mistake(
        "takes the change the other way round",
        "influence_value",
        "right but for its sign",
        influence="""
def influence(A, t, delta, count):
    def first(A, t):
        theta = np.zeros(A.shape[1])
        for _ in range(count):
            theta = reweighted_step(theta, A, t, delta)
        return theta[0]

    return np.array(
        [
            first(A, t) - first(np.delete(A, i, 0), np.delete(t, i))
            for i in range(len(A))
        ]
    )
""",
    ),
    mistake(
        "starts from the fit to all",
        "influence_value",
        "",
        influence="""
def influence(A, t, delta, count):
    whole = np.zeros(A.shape[1])
    for _ in range(count):
        whole = reweighted_step(whole, A, t, delta)
    changes = []
    for i in range(len(A)):
        theta = whole
        for _ in range(count):
            theta = reweighted_step(
                theta, np.delete(A, i, 0), np.delete(t, i), delta
            )
        changes.append(theta[0] - whole[0])
    return np.array(changes)
""",
    ),
    mistake(
        "leaves the row in with a zero",
        "influence_value",
        "",
        influence="""
def influence(A, t, delta, count):
    def first(t):
        theta = np.zeros(A.shape[1])
        for _ in range(count):
            theta = reweighted_step(theta, A, t, delta)
        return theta[0]

    numbers = np.arange(len(t))
    return np.array(
        [first(np.where(numbers == i, 0, t)) - first(t) for i in numbers]
    )
""",
    ),
    mistake(
        "throws the outliers away",
        "weights_value",
        "wrong in 2 of 4 entries",
        huber_weights="""
def huber_weights(r, delta):
    return np.where(np.abs(r) <= delta, 1.0, 0.0)
""",
    ),
    mistake(
        "weighs the rows twice",
        "step_value",
        "",
        reweighted_step="""
def reweighted_step(theta, A, t, delta):
    w = huber_weights(A @ theta - t, delta)
    weighted = w[:, np.newaxis] * A
    return np.linalg.lstsq(weighted, w * t, rcond=None)[0]
""",
    ),
    mistake(
        "weighs the features and not the targets",
        "step_value",
        "",
        reweighted_step="""
def reweighted_step(theta, A, t, delta):
    w = huber_weights(A @ theta - t, delta)
    return np.linalg.solve(A.T @ (w[:, np.newaxis] * A), A.T @ t)
""",
    ),
    mistake(
        "takes the plain median of the ratios",
        "distance_parameter_value",
        "",
        distance_parameter="""
def distance_parameter(a, t):
    return np.median(t / a)
""",
    ),
    mistake(
        "fits the least squares",
        "distance_parameter_value",
        "",
        distance_parameter="""
def distance_parameter(a, t):
    return a @ t / (a @ a)
""",
    ),
    mistake(
        "weighs with the sign",
        "distance_parameter_value",
        "",
        distance_parameter="""
def distance_parameter(a, t):
    order = np.argsort(t / a)
    weight = a[order].cumsum()
    return (t / a)[order][np.searchsorted(weight, weight[-1] / 2) % len(a)]
""",
    ),
    mistake(
        "shrinks like ridge",
        "lasso_value",
        "",
        lasso_parameter="""
def lasso_parameter(a, t, lam):
    return (a * t).mean() / ((a**2).mean() + lam)
""",
    ),
    mistake(
        "shrinks past zero",
        "lasso_value",
        "",
        lasso_parameter="""
def lasso_parameter(a, t, lam):
    pull = 2 * (a * t).mean()
    return (pull - np.sign(pull) * lam) / (2 * (a**2).mean())
""",
    ),
    mistake(
        "drops the 2 of the square beside the penalty",
        "lasso_value",
        "",
        lasso_parameter="""
def lasso_parameter(a, t, lam):
    pull = (a * t).mean()
    return np.sign(pull) * max(abs(pull) - lam, 0) / (a**2).mean()
""",
    ),
    mistake(
        "forgets the tails",
        "area_value",
        "too small",
        huber_area="""
def huber_area(delta):
    from math import erf, pi, sqrt

    return sqrt(2 * pi) * erf(delta / sqrt(2))
""",
    ),
    mistake(
        "counts one tail",
        "area_value",
        "too small",
        huber_area="""
def huber_area(delta):
    from math import erf, exp, pi, sqrt

    return sqrt(2 * pi) * erf(delta / sqrt(2)) + exp(-(delta**2) / 2) / delta
""",
    ),
    mistake(
        "takes the area under the normal density",
        "area_value",
        "",
        huber_area="""
def huber_area(delta):
    return np.sqrt(2 * np.pi)
""",
    ),
]
