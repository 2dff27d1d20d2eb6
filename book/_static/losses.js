// The losses of the explorer: each with its slope, as lossbook.reference has them, and as it is
// printed, in a precision of choice. What a loss trains a decision to is below them.
// tests/book/test_explorer.py compares all of it with the package.
"use strict";

// Precisions ---------------------------------------------------------------------------------

/** Round a number to the nearest of 16 bits, the middle to even; from 65520 on it is infinite. */
function half(x) {
  if (!(Math.abs(x) < 65520)) return x * Infinity;
  const unit = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(x))), -14) - 10);
  // Where a double's last digit is one unit, adding rounds.
  const shift = 1.5 * 2 ** 52 * unit;
  return x + shift - shift;
}

const PRECISIONS = { float64: (x) => x, float32: Math.fround, float16: half };

// Losses -------------------------------------------------------------------------------------

const sigmoid = (s) => (s < 0 ? Math.exp(s) / (1 + Math.exp(s)) : 1 / (1 + Math.exp(-s)));
const softplus = (s) => Math.max(s, 0) + Math.log1p(Math.exp(-Math.abs(s)));

/** The softmax of the logits a and b at a, each operation rounded. */
function printedSoftmax(a, b, r) {
  const [top, other] = [r(Math.exp(a)), r(Math.exp(b))];
  return r(top / r(top + other));
}

const radians = (angle) => (angle * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;

/** -log p, rounded. */
const information = (p, r) => -r(Math.log(p));

const WEIGHT = { label: "w, weight of the positive class", min: 0.1, max: 10, step: 0.1, start: 3 };
const SCALE = { label: "s, scale", min: 1, max: 64, step: 1, start: 30 };
const CLASSES = { label: "φ, angle between the classes (°)", min: 10, max: 180, step: 5, start: 90 };

/** A loss of the angle θ to the own class's vector, with another class at the angle φ to it.

    psi is what the margin makes of cos θ, fall is -psi'. The feature lies between the vectors. */
function head(name, parameters, scale, psi, fall) {
  const lead = (x, p) => p[scale] * (Math.cos(radians(p.phi) - x) - psi(x, p));
  return {
    name,
    kind: "angle",
    parameters: { ...parameters, phi: CLASSES },
    psi,
    value: (x, p) => softplus(lead(x, p)),
    slope: (x, p) => sigmoid(lead(x, p)) * p[scale] * (Math.sin(radians(p.phi) - x) + fall(x, p)),
    printed(x, p, r) {
      const own = r(r(p[scale]) * r(psi(r(x), p)));
      const other = r(r(p[scale]) * r(Math.cos(r(radians(p.phi)) - r(x))));
      return information(printedSoftmax(own, other, r), r);
    },
  };
}

/** Which piece of A-Softmax's psi holds an angle. */
const piece = (x, m) => Math.min(Math.floor((m * x) / Math.PI), m - 1);

// kind "score": x is a score or logit, y the label, 1 or -1. "angle": x is an angle in radians.
// "error": x is prediction less target.
const LOSSES = {
  hinge: {
    name: "hinge",
    kind: "score",
    parameters: {},
    value: (x, { y }) => Math.max(0, 1 - y * x),
    slope: (x, { y }) => (y * x < 1 ? -y : 0),
    printed: (x, { y }, r) => Math.max(0, r(1 - y * r(x))),
  },
  "squared-hinge": {
    name: "squared hinge",
    kind: "score",
    parameters: {},
    value: (x, { y }) => Math.max(0, 1 - y * x) ** 2,
    slope: (x, { y }) => -2 * y * Math.max(0, 1 - y * x),
    printed: (x, { y }, r) => r(Math.max(0, r(1 - y * r(x))) ** 2),
  },
  exponential: {
    name: "exponential",
    kind: "score",
    parameters: {},
    value: (x, { y }) => Math.exp(-y * x),
    slope: (x, { y }) => -y * Math.exp(-y * x),
    printed: (x, { y }, r) => r(Math.exp(-y * r(x))),
  },
  logistic: {
    name: "logistic (binary cross-entropy)",
    kind: "score",
    states: true,
    parameters: {},
    value: (x, { y }) => softplus(-y * x),
    slope: (x, { y }) => -y * sigmoid(-y * x),
    printed: (x, { y }, r) => r(Math.log(r(1 + r(Math.exp(-y * r(x)))))),
  },
  weighted: {
    name: "softmax loss with class weights",
    kind: "score",
    states: true,
    parameters: { w: WEIGHT },
    value: (x, { y, w }) => (y > 0 ? w : 1) * softplus(-y * x),
    slope: (x, { y, w }) => (y > 0 ? w : 1) * -y * sigmoid(-y * x),
    printed(x, { y, w }, r) {
      const p = y > 0 ? printedSoftmax(r(x), 0, r) : printedSoftmax(0, r(x), r);
      return r((y > 0 ? r(w) : 1) * information(p, r));
    },
  },
  temperature: {
    name: "softmax loss with a temperature",
    kind: "score",
    states: true,
    parameters: { T: { label: "T, temperature", min: 0.1, max: 10, step: 0.1, start: 4 } },
    value: (x, { y, T }) => softplus((-y * x) / T),
    slope: (x, { y, T }) => (-y * sigmoid((-y * x) / T)) / T,
    printed(x, { y, T }, r) {
      const z = r(r(x) / r(T));
      return information(y > 0 ? printedSoftmax(z, 0, r) : printedSoftmax(0, z, r), r);
    },
  },
  smoothing: {
    name: "softmax loss with label smoothing",
    kind: "score",
    states: true,
    parameters: { epsilon: { label: "ε, label smoothing", min: 0, max: 0.9, step: 0.01, start: 0.1 } },
    value(x, { y, epsilon }) {
      const t = smoothed(y, epsilon);
      return t * softplus(-x) + (1 - t) * softplus(x);
    },
    slope: (x, { y, epsilon }) => sigmoid(x) - smoothed(y, epsilon),
    printed(x, { y, epsilon }, r) {
      const t = r(smoothed(y, epsilon));
      const positive = r(t * information(printedSoftmax(r(x), 0, r), r));
      const negative = r(r(1 - t) * information(printedSoftmax(0, r(x), r), r));
      return r(positive + negative);
    },
  },
  focal: {
    name: "focal",
    kind: "score",
    states: true,
    parameters: {
      gamma: { label: "γ, focus", min: 0, max: 5, step: 0.1, start: 2 },
      alpha: { label: "α, weight of the positive class", min: 0.05, max: 0.95, step: 0.05, start: 0.5 },
    },
    value: (x, { y, gamma, alpha }) =>
      (y > 0 ? alpha : 1 - alpha) * sigmoid(-y * x) ** gamma * softplus(-y * x),
    slope(x, { y, gamma, alpha }) {
      const rest = sigmoid(-y * x);
      const fall = rest ** gamma * (gamma * sigmoid(y * x) * softplus(-y * x) + rest);
      return (y > 0 ? alpha : 1 - alpha) * -y * fall;
    },
    printed(x, { y, gamma, alpha }, r) {
      const positive = r(1 / r(1 + r(Math.exp(-r(x)))));
      const negative = r(1 - positive);
      const [weight, p, rest] =
        y > 0 ? [r(alpha), positive, negative] : [r(1 - r(alpha)), negative, positive];
      return r(r(weight * r(rest ** r(gamma))) * information(p, r));
    },
  },
  "l2-softmax": head(
    "L2-softmax",
    { alpha: { ...SCALE, label: "α, length of the features", start: 16 } },
    "alpha",
    (x) => Math.cos(x),
    (x) => Math.sin(x),
  ),
  "a-softmax": head(
    "A-Softmax (L-Softmax, vectors of length 1)",
    {
      m: { label: "m, how often the angle counts", min: 1, max: 6, step: 1, start: 4 },
      s: { ...SCALE, label: "length of the feature", start: 16 },
    },
    "s",
    (x, { m }) => (-1) ** piece(x, m) * Math.cos(m * x) - 2 * piece(x, m),
    (x, { m }) => (-1) ** piece(x, m) * m * Math.sin(m * x),
  ),
  "am-softmax": head(
    "AM-Softmax (CosFace)",
    { s: SCALE, m: { label: "m, off the cosine", min: 0, max: 1, step: 0.05, start: 0.35 } },
    "s",
    (x, { m }) => Math.cos(x) - m,
    (x) => Math.sin(x),
  ),
  arcface: head(
    "ArcFace",
    { s: SCALE, m: { label: "m, onto the angle (radians)", min: 0, max: 1.5, step: 0.05, start: 0.5 } },
    "s",
    (x, { m }) => (x <= Math.PI - m ? Math.cos(x + m) : Math.cos(x) - m * Math.sin(m)),
    (x, { m }) => (x <= Math.PI - m ? Math.sin(x + m) : Math.sin(x)),
  ),
  l1: {
    name: "L1, absolute error",
    kind: "error",
    parameters: {},
    value: (x) => Math.abs(x),
    slope: (x) => Math.sign(x),
    printed: (x, p, r) => Math.abs(r(x)),
  },
  l2: {
    name: "L2, squared error",
    kind: "error",
    parameters: {},
    value: (x) => x ** 2,
    slope: (x) => 2 * x,
    printed: (x, p, r) => r(r(x) ** 2),
  },
  "smooth-l1": {
    name: "smooth L1",
    kind: "error",
    parameters: { beta: { label: "β, where the line begins", min: 0, max: 10, step: 0.1, start: 1 } },
    value: (x, { beta }) =>
      Math.abs(x) < beta ? x ** 2 / (2 * beta) : Math.abs(x) - beta / 2,
    slope: (x, { beta }) => (Math.abs(x) < beta ? x / beta : Math.sign(x)),
    printed: (x, { beta }, r) =>
      Math.abs(r(x)) < r(beta) ? r(r(r(x) ** 2) / r(2 * r(beta))) : r(Math.abs(r(x)) - r(r(beta) / 2)),
  },
  huber: {
    name: "Huber",
    kind: "error",
    parameters: { delta: { label: "δ, where the line begins", min: 0.1, max: 10, step: 0.1, start: 1 } },
    value: (x, { delta }) =>
      Math.abs(x) <= delta ? x ** 2 / 2 : delta * (Math.abs(x) - delta / 2),
    slope: (x, { delta }) => Math.max(-delta, Math.min(delta, x)),
    printed: (x, { delta }, r) =>
      Math.abs(r(x)) <= r(delta)
        ? r(r(r(x) ** 2) / 2)
        : r(r(delta) * r(Math.abs(r(x)) - r(r(delta) / 2))),
  },
  quantile: {
    name: "quantile (pinball)",
    kind: "error",
    parameters: { tau: { label: "τ, share below", min: 0.05, max: 0.95, step: 0.05, start: 0.9 } },
    value: (x, { tau }) => (x < 0 ? -tau * x : (1 - tau) * x),
    slope: (x, { tau }) => (x < 0 ? -tau : x > 0 ? 1 - tau : 0),
    printed: (x, { tau }, r) => (x < 0 ? r(r(tau) * -r(x)) : r(r(1 - r(tau)) * r(x))),
  },
  charbonnier: {
    name: "Charbonnier",
    kind: "error",
    parameters: { epsilon: { label: "ε, width of the rounding", min: 0.01, max: 5, step: 0.01, start: 1 } },
    value: (x, { epsilon }) => x ** 2 / (Math.hypot(x, epsilon) + epsilon),
    slope: (x, { epsilon }) => x / Math.hypot(x, epsilon),
    printed: (x, { epsilon }, r) =>
      r(r(Math.sqrt(r(r(r(x) ** 2) + r(r(epsilon) ** 2)))) - r(epsilon)),
  },
  "log-cosh": {
    name: "log-cosh",
    kind: "error",
    parameters: {},
    value: (x) => Math.abs(x) + Math.log1p(Math.exp(-2 * Math.abs(x))) - Math.LN2,
    slope: (x) => Math.tanh(x),
    printed: (x, p, r) => r(Math.log(r(r(r(Math.exp(r(x))) + r(Math.exp(-r(x)))) / 2))),
  },
  tukey: {
    name: "Tukey's biweight",
    kind: "error",
    parameters: { c: { label: "c, from where an error counts no more", min: 0.5, max: 15, step: 0.1, start: 4.7 } },
    value(x, { c }) {
      const square = Math.min(1, Math.abs(x) / c) ** 2;
      return ((c ** 2 / 6) * square * (3 - 3 * square + square ** 2));
    },
    slope(x, { c }) {
      const share = Math.max(-1, Math.min(1, x / c));
      return c * share * (1 - share ** 2) ** 2;
    },
    printed(x, { c }, r) {
      const most = r(r(r(c) ** 2) / 6);
      if (Math.abs(r(x)) > r(c)) return most;
      const rest = r(1 - r(r(r(x) ** 2) / r(r(c) ** 2)));
      return r(most * r(1 - r(rest ** 3)));
    },
  },
};

/** The part of a smoothed target that the positive one of two classes gets. */
function smoothed(y, epsilon) {
  return y > 0 ? 1 - epsilon / 2 : epsilon / 2;
}

// Decisions ----------------------------------------------------------------------------------

/** The first place between low and high from which on a statement holds. */
function firstPlace(holds, low, high) {
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** Where a rising slope is 0: from the first such place to the last. */
function flat(slope, low, high) {
  const rounding = 1e-12;
  return [
    firstPlace((x) => slope(x) >= -rounding, low, high),
    firstPlace((x) => slope(x) > rounding, low, high),
  ];
}

/** The scores at which the expected loss is least where a share of the labels is positive. */
function bestScores(loss, p, share) {
  const slope = (x) =>
    share * loss.slope(x, { ...p, y: 1 }) + (1 - share) * loss.slope(x, { ...p, y: -1 });
  return flat(slope, -100, 100);
}

/** The share of positive labels from which on the best score is positive. */
function flip(loss, p) {
  const [positive, negative] = [loss.slope(0, { ...p, y: 1 }), loss.slope(0, { ...p, y: -1 })];
  return negative / (negative - positive);
}

/** The largest angle to its own vector at which a feature costs no more than log 2, and the angle
    left empty between two such classes; a class that has no such angle leaves all of it empty. */
function border(loss, p) {
  const phi = radians(p.phi);
  const angle = firstPlace((x) => loss.psi(x, p) <= Math.cos(phi - x), 0, phi / 2);
  return [angle, phi - 2 * angle];
}

// Jumps of twenty men in an exercise, in tens: scikit-learn's load_linnerud.
const JUMPS = [6, 6, 10.1, 3.7, 5.8, 4.2, 3.8, 4, 4, 25, 3.8, 11.5, 10.5, 5, 3.1, 12, 2.5, 8, 7.3, 4.3];

/** The mean loss of one prediction for all of the jumps. */
function risk(loss, p, place) {
  return JUMPS.reduce((sum, jump) => sum + loss.value(place - jump, p), 0) / JUMPS.length;
}

/** The predictions at which that mean is least. */
function bestPlaces(loss, p) {
  const slope = (place) => JUMPS.reduce((sum, jump) => sum + loss.slope(place - jump, p), 0);
  let [low, high] = [Math.min(...JUMPS), Math.max(...JUMPS)];
  if (loss === LOSSES.tukey) {
    // Not convex: the lowest of many places, and from there downhill.
    const places = Array.from({ length: 1001 }, (_, n) => low + ((high - low) * n) / 1000);
    const risks = places.map((place) => risk(loss, p, place));
    const best = places[risks.indexOf(Math.min(...risks))];
    [low, high] = [best - (high - low) / 1000, best + (high - low) / 1000];
  }
  return flat(slope, low, high);
}
