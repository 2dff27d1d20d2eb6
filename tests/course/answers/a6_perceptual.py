"""Wrong answers to assignment 6."""

from tests.course.answers import mistake

MISTAKES = [
    mistake(
        "turns the filters round",
        "maps_value",
        "",
        feature_maps="""
def feature_maps(x, K):
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape[1:], axis=(1, 2))
    return np.maximum(0, np.einsum("nhwij,cij->nchw", windows, K[:, ::-1, ::-1]))
""",
    ),
    mistake(
        "has no ReLU",
        "maps_value",
        "",
        feature_maps="""
def feature_maps(x, K):
    windows = np.lib.stride_tricks.sliding_window_view(x, K.shape[1:], axis=(1, 2))
    return np.einsum("nhwij,cij->nchw", windows, K)
""",
    ),
    mistake(
        "pads the border",
        "maps_value",
        "returns an array of shape (1, 2, 2, 3); expected an array of shape (1, 2, 1, 2)",
        feature_maps="""
def feature_maps(x, K):
    margin = ((0, 0), (0, K.shape[1] - 1), (0, K.shape[2] - 1))
    windows = np.lib.stride_tricks.sliding_window_view(
        np.pad(x, margin), K.shape[1:], axis=(1, 2)
    )
    return np.maximum(0, np.einsum("nhwij,cij->nchw", windows, K))
""",
    ),
    mistake(
        "forgets the size of the maps",
        "perceptual_value perceptual_grad",
        "too large, by 100 %",
        perceptual_loss="""
def perceptual_loss(features, targets):
    return ((features - targets) ** 2).sum() / len(features)
""",
        perceptual_loss_grad="""
def perceptual_loss_grad(features, targets):
    return 2 * (features - targets) / len(features)
""",
    ),
    mistake(
        "adds up the channels",
        "perceptual_value",
        "too large",
        perceptual_loss="""
def perceptual_loss(features, targets):
    return ((features - targets) ** 2).mean(axis=(0, 2, 3)).sum()
""",
    ),
    mistake(
        "forgets the mean over the images",
        "perceptual_value",
        "5 times too large, and there are 5 samples",
        perceptual_loss="""
def perceptual_loss(features, targets):
    return ((features - targets) ** 2).mean(axis=(1, 2, 3)).sum()
""",
    ),
    mistake(
        "takes the root",
        "perceptual_value",
        "too small",
        perceptual_loss="""
def perceptual_loss(features, targets):
    return np.sqrt(((features - targets) ** 2).mean())
""",
    ),
    mistake(
        "drops the 2 of the square",
        "perceptual_grad",
        "0.5 times what it should be, in every entry",
        perceptual_loss_grad="""
def perceptual_loss_grad(features, targets):
    return (features - targets) / features.size
""",
    ),
    mistake(
        "passes the ReLU everywhere",
        "image_grad_value",
        "",
        image_grad="""
def image_grad(x, K, slopes):
    height, width = slopes.shape[2:]
    result = np.zeros_like(x)
    for i, j in np.ndindex(K.shape[1:]):
        back = np.einsum("nchw,c->nhw", slopes, K[:, i, j])
        result[:, i : i + height, j : j + width] += back
    return result
""",
    ),
    mistake(
        "passes the ReLU where the feature is 0",
        "image_grad_value",
        "",
        image_grad="""
def image_grad(x, K, slopes):
    height, width = K.shape[1:]
    views = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(1, 2))
    slopes = slopes * (np.einsum("nhwij,cij->nchw", views, K) >= 0)
    result = np.zeros_like(x)
    for i, j in np.ndindex(height, width):
        back = np.einsum("nchw,c->nhw", slopes, K[:, i, j])
        result[:, i : i + slopes.shape[2], j : j + slopes.shape[3]] += back
    return result
""",
    ),
    mistake(
        "goes back through the filters turned round",
        "image_grad_value",
        "right but for its sign",
        image_grad="""
def image_grad(x, K, slopes):
    slopes = slopes * (feature_maps(x, K) > 0)
    height, width = slopes.shape[2:]
    result = np.zeros_like(x)
    for i, j in np.ndindex(K.shape[1:]):
        back = np.einsum("nchw,c->nhw", slopes, K[:, -1 - i, -1 - j])
        result[:, i : i + height, j : j + width] += back
    return result
""",
    ),
    mistake(
        "averages over the window",
        "image_grad_value",
        "times what it should be, in every entry",
        image_grad="""
def image_grad(x, K, slopes):
    slopes = slopes * (feature_maps(x, K) > 0) / K[0].size
    height, width = slopes.shape[2:]
    result = np.zeros_like(x)
    for i, j in np.ndindex(K.shape[1:]):
        back = np.einsum("nchw,c->nhw", slopes, K[:, i, j])
        result[:, i : i + height, j : j + width] += back
    return result
""",
    ),
    mistake(
        "does not normalise the Gram matrix",
        "gram_value",
        "6 times what it should be, in every entry",
        gram="""
def gram(features):
    return np.einsum("nkhw,nlhw->nkl", features, features)
""",
    ),
    mistake(
        "divides by the places only",
        "gram_value",
        "2 times what it should be, in every entry",
        gram="""
def gram(features):
    places = features.shape[2] * features.shape[3]
    return np.einsum("nkhw,nlhw->nkl", features, features) / places
""",
    ),
    mistake(
        "compares places instead of channels",
        "gram_value",
        "returns an array of shape (1, 3, 3); expected an array of shape (1, 2, 2)",
        gram="""
def gram(features):
    columns = features.reshape(*features.shape[:2], -1)
    return columns.transpose(0, 2, 1) @ columns / features[0].size
""",
    ),
    mistake(
        "averages the Gram matrix",
        "style_value",
        "too small, by 75 %",
        style_loss="""
def style_loss(features, targets):
    return ((gram(features) - gram(targets)) ** 2).mean()
""",
    ),
    mistake(
        "counts only the rows",
        "style_grad",
        "0.5 times what it should be, in every entry",
        style_loss_grad="""
def style_loss_grad(features, targets):
    gaps = gram(features) - gram(targets)
    slopes = np.einsum("nkl,nlhw->nkhw", gaps, features)
    return 2 * slopes / features.size
""",
    ),
    mistake(
        "takes the slope at the target",
        "style_grad",
        "",
        style_loss_grad="""
def style_loss_grad(features, targets):
    gaps = gram(features) - gram(targets)
    slopes = np.einsum("nkl,nlhw->nkhw", gaps, targets)
    return 4 * slopes / features.size
""",
    ),
    mistake(
        "sees all but the constant",
        "blind_value",
        "",
        blind_dimensions="""
def blind_dimensions(K, size):
    return int(np.allclose(K.sum(axis=(1, 2)), 0))
""",
    ),
    mistake(
        "counts the answers",
        "blind_value",
        "",
        blind_dimensions="""
def blind_dimensions(K, size):
    return max(0, size**2 - len(K) * (size - K.shape[1] + 1) ** 2)
""",
    ),
    mistake(
        "keeps the ReLU",
        "blind_value",
        "",
        blind_dimensions="""
def blind_dimensions(K, size):
    pictures = np.eye(size * size).reshape(-1, size, size)
    answers = feature_maps(pictures, K).reshape(size**2, -1)
    return size**2 - np.linalg.matrix_rank(answers)
""",
    ),
    mistake(
        "takes the quantile of what was measured",
        "limit_value",
        "",
        limit="""
def limit(scores, alpha):
    return np.quantile(scores, 1 - alpha)
""",
    ),
    mistake(
        "counts n ranks",
        "limit_value",
        "",
        limit="""
def limit(scores, alpha):
    rank = int(np.ceil((1 - alpha) * len(scores)))
    return np.sort(scores)[rank - 1]
""",
    ),
    mistake(
        "takes the largest where none will do",
        "limit_value",
        "where the right result is another, and not finite",
        limit="""
def limit(scores, alpha):
    rank = int(np.ceil((1 - alpha) * (len(scores) + 1)))
    return np.sort(scores)[min(rank, len(scores)) - 1]
""",
    ),
]
