"""The mutants that no draw can tell from their equation, and why: see :mod:`book._draws`."""

SURVIVORS = {
    "eq-zero-one-derivation": {
        "index: `k` -> `{j}` in `p_k`": "the bracket [k = j] leaves the term of j only",
    },
    "eq-entropy-bounds": {
        "sign: `-` before `0`": "0 has no sign",
        r"strict: `\le` -> `<` in `0 \le H(p)`": "certainty makes 0 log 0 of a sum, which has no value, so it is not drawn",
    },
    "eq-entropy-bounds-derivation": {
        r"sign: `-` before `\sum_{k=1}^{C} p_k \Bigl(\frac{1}{C p_k} - 1\Bigr)`": "both sides of this equality are 0, so its sign does not matter",
        r"sign: `-` before `\sum_{k=1}^{C} \Bigl(\frac{1}{C} - p_k\Bigr)`": "both sides of this equality are 0, so its sign does not matter",
        "sign: `-` before `0`": "0 has no sign",
        r"factor: `C p_k` -> `1` in `\frac{1}{C p_k}`": "the sum over p_k (1 - 1) is 0 as well, so the bound and the next line stay true",
    },
    "eq-cross-entropy-bound-derivation": {
        r"sign: `-` before `\sum_{k=1}^{C} p_k \Bigl(\frac{q_k}{p_k} - 1\Bigr)`": "both sides of this equality are 0, so its sign does not matter",
        r"sign: `-` before `\sum_{k=1}^{C} (q_k - p_k)`": "both sides of this equality are 0, so its sign does not matter",
        "sign: `-` before `0`": "0 has no sign",
        r"symbol: `q_k` -> `{p_k}` in `\frac{q_k}{p_k}`": "the sum over p_k (1 - 1) is 0 as well, so the bound and the next line stay true",
        r"symbol: `p_k` -> `{q_k}` in `\frac{q_k}{p_k}`": "the sum over p_k (1 - 1) is 0 as well, so the bound and the next line stay true",
        "symbol: `q_k` -> `{p_k}` in `q_k - p_k`": "a sum of zeros is 0 as well",
        "symbol: `p_k` -> `{q_k}` in `q_k - p_k`": "a sum of zeros is 0 as well",
    },
    "eq-wasserstein": {
        "term: `-1` -> `` in `C-1`": "The whole sums are both 1, so the last term is 0.",
    },
    "eq-tukey-grad": {
        r"border: `\le` -> `<` in `|x - t| \le c`": "Both cases are 0 on the border.",
    },
    "eq-kl-divergence-reverse-derivation": {
        r"sign: `+` -> `-` in `\log\Bigl(\frac{q_k}{p_k}\Bigr) + 1`": "the factors q_k ([j = k] - q_j) sum to 0, so any constant drops out",
        r"term: `+ 1` -> `` in `\log\Bigl(\frac{q_k}{p_k}\Bigr) + 1`": "the factors q_k ([j = k] - q_j) sum to 0, so any constant drops out",
        "constant: `1` -> `2` in `1`": "the factors q_k ([j = k] - q_j) sum to 0, so any constant drops out",
    },
    "eq-margin-family-slope": {
        r"sign: `-` -> `+` in `\cos(m_1 \theta + m_2) - m_3`": "A constant has no slope.",
        r"term: `- m_3` -> `` in `\cos(m_1 \theta + m_2) - m_3`": "A constant has no slope.",
    },
    "eq-softmax-loss-derivation": {
        "index: `k` -> `{y}` in `p_k`": "The bracket leaves the term k = y alone.",
    },
    "eq-softmax-loss-soft-target-grad-derivation": {
        "index: `j` -> `{k}` in `t_j`": "Only the term j = k has a slope there.",
    },
    "eq-softmax-grad-derivation": {
        "index: `k` -> `{j}` in `z_k`": "The bracket leaves the case k = j alone.",
        "index: `k` -> `{j}` in `p_k`": "The bracket leaves the case k = j alone.",
    },
    "eq-softmax-convex-derivation": {
        "sign: `-` before `0`": "Minus zero is zero.",
    },
    "eq-softmax-weights-grad": {
        "index: `i` -> `{j}` in `x_i`": "Only the term i = j has a slope there.",
    },
    "eq-softmax-features-grad": {
        "index: `i` -> `{j}` in `W_{yi}`": "Only the term i = j has a slope there.",
    },
    "eq-weighted-balanced": {
        r"factor: `\frac{N}{C n_k}` -> `` in `n_k \frac{N}{C n_k}`": "The counts add up to N without weights as well.",
    },
    "eq-weighted-undo": {
        r"sign: `-` before `\frac{e^{z_k}}{\sum_{l=1}^{C} e^{z_l}}`": "What all q_k have in common cancels in the fraction.",
        r"factor: `\sum_{l=1}^{C} e^{z_l}` -> `1` in `\frac{e^{z_k}}{\sum_{l=1}^{C} e^{z_l}}`": "What all q_k have in common cancels in the fraction.",
        r"function: `\sum` -> `\prod` in `\sum_{l=1}^{C} e^{z_l}`": "What all q_k have in common cancels in the fraction.",
        r"index: `C` -> `{C - 1}` in `\sum_{l=1}^{C} e^{z_l}`": "What all q_k have in common cancels in the fraction.",
        "constant: `1` -> `2` in `1`": "What all q_k have in common cancels in the fraction.",
        "exponent: `e^{z_l}` -> `e` in `e^{z_l}`": "What all q_k have in common cancels in the fraction.",
    },
    "eq-soft-sharp-bound": {
        r"sign: `-` -> `+` in `-(\max_{j} z_j - z_k) / T`": "A looser bound holds too.",
    },
    "eq-soft-entropy-slope-derivation": {
        "sign: `-` before `0`": "Minus zero is zero.",
    },
    "eq-distillation-loss-grad-derivation": {
        "index: `k` -> `{j}` in `p_k`": "Only the term k = j has a slope in z_j.",
    },
    "eq-l-softmax-psi-derivation": {
        "sign: `-` before `r + 1`": "Only whether r is even counts.",
        "sign: `+` -> `-` in `r + 1`": "Only whether r + 1 is even counts, and r - 1 is even with it.",
    },
    "eq-l-softmax-psi-grad": {
        r"sign: `-` before `\Bigl\lfloor \frac{m \theta}{\pi} \Bigr\rfloor`": "Only whether r is even counts.",
    },
    "eq-l-softmax-cosine-slope": {
        r"sign: `-` before `\Bigl\lfloor \frac{m \theta}{\pi} \Bigr\rfloor`": "Only whether r is even counts.",
    },
    "eq-l2-softmax-bound": {
        (
            r"strict: `\le` -> `<` in `\alpha - \log\Bigl(1 + \frac{e^{-\alpha}}{C - 2}\Bigr) "
            r"\le \alpha`"
        ): "the two sides are equal in a limit only",
    },
    "eq-arcface-loss": {
        r"border: `\le` -> `<` in `\theta \le \pi - m`": "the angle is an arc cosine, so no point lies on the border for page and code alike",
        r"border: `>` -> `\geq` in `\theta > \pi - m`": "the angle is an arc cosine, so no point lies on the border for page and code alike",
    },
    "eq-arcface-jump": {
        r"sign: `-` before `\pi - m`": "A cosine is the same at pi - m, m - pi and pi + m.",
        r"sign: `-` -> `+` in `\pi - m`": "A cosine is the same at pi - m, m - pi and pi + m.",
    },
    "eq-focal-convex-derivation": {
        "sign: `-` before `0`": "Minus zero is zero.",
        (
            r"strict: `&& \text{(product rule)} \\ \ge{}&` -> `>` in `\frac{(1 - p)^{\gamma - "
            r"2}}{p^2} \bigl((1 - p)^2 + 2 \gamma p (1 - p) + \gamma (1 - \gamma) p^2 "
            r"\log(p)\bigr) && \text{(product rule)} \\ \ge{}& \frac{(1 - p)^{\gamma - 2}}{p^2} "
            r"\bigl((1 - p)^2 + \gamma p (1 - p)\bigr)`"
        ): "the two sides are equal in a limit only",
        (
            r"strict: `&& \text{(factor out)} \\ \ge{}&` -> `>` in `\frac{(1 - p)^{\gamma - "
            r"1}}{p^2} (1 - p + \gamma p) && \text{(factor out)} \\ \ge{}& 0`"
        ): "the two sides are equal in a limit only",
    },
    "eq-focal-timid-derivation": {
        "sign: `-` before `0`": "Minus zero is zero.",
        (
            r"sign: `-` -> `+` in `r^{\gamma} - 1 + \gamma r^{\gamma - 1} \log(1 + r) - \gamma r "
            r"\log\Bigl(1 + \frac{1}{r}\Bigr)`"
        ): "The bound has room: with this change too it stays on its side.",
        (
            r"term: `- 1` -> `` in `r^{\gamma} - 1 + \gamma r^{\gamma - 1} \log(1 + r) - \gamma "
            r"r \log\Bigl(1 + \frac{1}{r}\Bigr)`"
        ): "The bound has room: with this change too it stays on its side.",
        (
            r"term: `- \gamma r \log\Bigl(1 + \frac{1}{r}\Bigr)` -> `` in `r^{\gamma} - 1 + "
            r"\gamma r^{\gamma - 1} \log(1 + r) - \gamma r \log\Bigl(1 + \frac{1}{r}\Bigr)`"
        ): "The bound has room: with this change too it stays on its side.",
        r"sign: `-` -> `+` in `\gamma - 1`": "The bound has room: with this change too it stays on its side.",
        r"term: `- 1` -> `` in `\gamma - 1`": "The bound has room: with this change too it stays on its side.",
        r"function: `\log(1 + r)` -> `(1 + r)` in `\log(1 + r)`": "The bound has room: with this change too it stays on its side.",
        "constant: `1` -> `2` in `1`": "The bound has room: with this change too it stays on its side.",
        r"factor: `r` -> `` in `\gamma r \log\Bigl(1 + \frac{1}{r}\Bigr)`": "The bound has room: with this change too it stays on its side.",
        r"term: `1 +` -> `` in `1 + \frac{1}{r}`": "The bound has room: with this change too it stays on its side.",
        r"term: `+ \frac{1}{r}` -> `` in `1 + \frac{1}{r}`": "The bound has room: with this change too it stays on its side.",
        r"term: `\gamma` -> `` in `\gamma - 1`": "The bound has room: with this change too it stays on its side.",
        r"symbol: `r` -> `{\gamma}` in `r^{\gamma - 1}`": "The bound has room: with this change too it stays on its side.",
    },
    "eq-focal-timid-slope": {
        "sign: `-` before `0`": "Minus zero is zero.",
        (
            r"strict: `&& \text{(product rule)} \\ \ge{}&` -> `>` in `\frac{2}{1 + r} - "
            r"\log\Bigl(1 + \frac{1}{r}\Bigr) && \text{(product rule)} \\ \ge{}& \frac{2}{1 + r} "
            r"- \frac{1}{r}`"
        ): "the two sides are equal in a limit only",
    },
    "eq-focal-entropy-bound-derivation": {
        (
            r"strict: `&& \text{(split the sum)} \\ \ge{}&` -> `>` in `H(\eta, p) + \gamma "
            r"\sum_{k=1}^{C} \eta_k p_k \log(p_k) && \text{(split the sum)} \\ \ge{}& H(\eta, p) "
            r"+ \gamma \sum_{k=1}^{C} p_k \log(p_k)`"
        ): "the two sides are equal in a limit only",
        r"factor: `\eta_k` -> `` in `\eta_k (1 - p_k)^{\gamma} \log(p_k)`": "The bound has room: with this change too it stays on its side.",
        r"factor: `(1 - p_k)^{\gamma}` -> `` in `\eta_k (1 - p_k)^{\gamma} \log(p_k)`": "The bound has room: with this change too it stays on its side.",
        r"exponent: `(1 - p_k)^{\gamma}` -> `(1 - p_k)` in `(1 - p_k)^{\gamma}`": "The bound has room: with this change too it stays on its side.",
        "sign: `-` -> `+` in `1 - p_k`": "The bound has room: with this change too it stays on its side.",
        "constant: `1` -> `2` in `1`": "The bound has room: with this change too it stays on its side.",
    },
    "eq-kl-divergence-bound": {
        "sign: `-` before `0`": "Minus zero is zero.",
        r"symbol: `p` -> `{q}` in `D(p \,\|\, q)`": "D(q, q) is not negative either.",
    },
    "eq-kl-divergence-derivation-jensen": {
        "sign: `-` before `0`": "Minus zero is zero.",
    },
    "eq-kl-divergence-derivation-tangent": {
        "sign: `-` before `0`": "Minus zero is zero.",
    },
    "eq-kl-divergence-logits-derivation": {
        "index: `k` -> `{j}` in `p_k`": "Only the term k = j has a slope in z_j.",
    },
    "eq-kl-divergence-logits-grad": {
        r"factor: `p_k` -> `1` in `\frac{p_k}{q_k}`": "The mutant only changes a term in p alone, which has no slope in z.",
        "index: `k` -> `{j}` in `p_k`": "The mutant only changes a term in p alone, which has no slope in z.",
        "index: `k` -> `{l}` in `p_k`": "The mutant only changes a term in p alone, which has no slope in z.",
    },
    "eq-kl-moments-derivation": {
        r"sign: `-` -> `+` in `x_k - \mu_{\text{q}}`": "Both distributions sum to one, so whatever does not depend on k drops out.",
        r"term: `- \mu_{\text{q}}` -> `` in `x_k - \mu_{\text{q}}`": "Both distributions sum to one, so whatever does not depend on k drops out.",
        r"symbol: `\mu_{\text{q}}` -> `{\sigma_{\text{q}}}` in `x_k - \mu_{\text{q}}`": "Both distributions sum to one, so whatever does not depend on k drops out.",
    },
    "eq-jensen-shannon-derivation": {
        (
            r"strict: `&& \text{(the average)} \\ &\le` -> `<` in `\sum_{k=1}^{C} p_k "
            r"\log\Bigl(\frac{2 p_k}{p_k + q_k}\Bigr) && \text{(the average)} \\ &\le "
            r"\sum_{k=1}^{C} p_k \log(2)`"
        ): "the two sides are equal in a limit only",
        r"symbol: `p_k` -> `{a_k}` in `p_k \log(2)`": "The average sums to one as well.",
    },
    "eq-svm-foot": {
        "sign: `-` before `0`": "Minus zero is zero.",
    },
    "eq-smooth-l1-grad": {
        r"border: `<` -> `\leq` in `|x - t| < \beta`": "both cases have the same value on the border",
    },
    "eq-huber-grad": {
        r"border: `\le` -> `<` in `|x - t| \le \delta`": "both cases have the same value on the border",
    },
    "eq-smooth-l1-clipped": {
        "symbol: `r` -> `{c}` in `r^2`": "this part is taken where c is r",
        "symbol: `r` -> `{c}` in `|r|`": "c has the size beta where |r| has at least that",
    },
    "eq-huber-scale-derivation": {
        r"border: `<` -> `\leq` in `|r| < \epsilon \sigma`": "both cases have the same value on the border",
        r"sign: `-` before `2 \epsilon |r| - \epsilon^2 \sigma`": "the term does not depend on sigma, so its slope is 0 in any form",
        r"term: `2 \epsilon |r|` -> `` in `2 \epsilon |r| - \epsilon^2 \sigma`": "the term does not depend on sigma, so its slope is 0 in any form",
        r"factor: `2` -> `` in `2 \epsilon |r|`": "the term does not depend on sigma, so its slope is 0 in any form",
        r"factor: `\epsilon` -> `` in `2 \epsilon |r|`": "the term does not depend on sigma, so its slope is 0 in any form",
        r"factor: `|r|` -> `` in `2 \epsilon |r|`": "the term does not depend on sigma, so its slope is 0 in any form",
        "constant: `2` -> `3` in `2`": "the term does not depend on sigma, so its slope is 0 in any form",
        r"symbol: `r` -> `{\epsilon}` in `|r|`": "the term does not depend on sigma, so its slope is 0 in any form",
    },
    "eq-huber-delta-derivation": {
        r"factor: `\frac{1}{2}` -> `` in `\frac{1}{2} r^2`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        r"factor: `r^2` -> `` in `\frac{1}{2} r^2`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        r"factor: `2` -> `1` in `\frac{1}{2}`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        r"factor: `\frac{1}{2}` -> `\frac{2}{1}` in `\frac{1}{2}`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        "constant: `1` -> `2` in `1`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        "constant: `2` -> `3` in `2`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        "exponent: `r^2` -> `r` in `r^2`": "the part within the threshold does not depend on delta, so its slope is 0 in any form",
        r"border: `\le` -> `<` in `|r| \le \delta`": "both cases have the same value on the border",
    },
    "eq-smooth-l1-beta-derivation": {
        r"border: `<` -> `\leq` in `|r| < \beta`": "both cases have the same value on the border",
        r"sign: `-` before `|r| - \frac{\beta}{2}`": "|r| does not depend on beta, so its slope is 0 in any form",
        r"term: `|r|` -> `` in `|r| - \frac{\beta}{2}`": "|r| does not depend on beta, so its slope is 0 in any form",
        "bars: `|r|` -> `(r)` in `|r|`": "|r| does not depend on beta, so its slope is 0 in any form",
    },
    "eq-huber-normaliser-derivation": {
        r"sign: `-` -> `+` in `2 \Phi(k) - 1`": "a constant has the slope 0, whatever it is",
        r"term: `- 1` -> `` in `2 \Phi(k) - 1`": "a constant has the slope 0, whatever it is",
        "constant: `1` -> `2` in `1`": "a constant has the slope 0, whatever it is",
    },
    "eq-brier-proper-derivation": {
        "symbol: `q_k` -> `{p_k}` in `p_k^2 - 2 p_k q_k + q_k`": "Both sum to 1.",
    },
    "eq-absolute-improper-derivation": {
        "bars: `|1 - p|` -> `(1 - p)` in `|1 - p|`": "A probability is at most 1.",
        "sign: `-` before `0 - p`": "Bars forget the sign.",
        "sign: `-` -> `+` in `0 - p`": "Bars forget the sign.",
        "term: `0` -> `` in `0 - p`": "Bars forget the sign, and 0 adds nothing.",
    },
    "eq-quantile-slope-derivation": {
        "sign: `-` before `t_i - x`": "A constant has no slope.",
        r"border: `<` -> `\leq` in `t_i < x`": "On a target the mean loss has no slope, so none is drawn.",
    },
    "course/solutions/1_2_cross_entropy#1": {
        r"factor: `\cdot 1` -> `` in `\tfrac12 \cdot 1`": "a factor of 1 changes nothing",
    },
    "course/source/5_robust/5_robust#6": {
        r"sign: `-` before `\sum_{i=1}^{N} w_i r_i A_{ij}`": "both sides of this equality are 0, so its sign does not matter",
        "sign: `-` before `0`": "0 has no sign",
        r"sign: `-` before `\begin{cases} 1 & \text{if } |r_i| \le \delta \\ \delta / |r_i| & \text{otherwise} \end{cases}`": "weights of the other sign have the same zero",
    },
    "course/source/3_margin/3_margin#4": {
        r"term: `\min(\lfloor m \theta / \pi \rfloor,\ m - 1)` -> `(\lfloor m \theta / \pi \rfloor)` in `\min(\lfloor m \theta / \pi \rfloor,\ m - 1)`": "at the angle pi the piece that would follow has the same value",
        r"sign: `-` -> `+` in `m - 1`": "at the angle pi the piece that would follow has the same value",
        r"term: `- 1` -> `` in `m - 1`": "at the angle pi the piece that would follow has the same value",
    },
}
