// The explorer of losses: draws what losses.js computes. The build draws the pictures that stand in
// the page without a script (book/_ext/explore.py); here they get sliders.
"use strict";

const RANGES = [4, 2, 10, 20, 50, 100, 400]; // the first is where it starts
const BOX = { left: 48, right: 332, top: 24, bottom: 204, width: 340, height: 242 };
const SHARE = { label: "share of positive labels", min: 0.01, max: 0.99, step: 0.01, start: 0.3 };

/** What the sliders of a loss set, by name. */
function sliders(state) {
  const { kind, parameters } = LOSSES[state.loss];
  const x =
    kind === "angle"
      ? { label: "θ, angle to the own class (°)", min: 0, max: 180, step: 1, start: 60 }
      : {
          label: kind === "error" ? "x, prediction less target" : "x, score",
          min: -state.range,
          max: state.range,
          step: state.range / 100,
          start: -state.range / 4,
        };
  return { ...parameters, x, ...(kind === "score" && { share: SHARE }) };
}

/** The state that an address names, "loss=focal&gamma=5": what is missing or wrong is as it starts. */
function read(address) {
  const given = Object.fromEntries(new URLSearchParams(address));
  const choose = (name, values) => values.find((value) => String(value) === given[name]) ?? values[0];
  const state = {
    loss: choose("loss", ["focal", ...Object.keys(LOSSES)]),
    precision: choose("precision", Object.keys(PRECISIONS)),
    y: choose("y", [1, -1]),
    range: choose("range", RANGES),
  };
  for (const [name, { min, max, step, start }] of Object.entries(sliders(state))) {
    const steps = Math.round((Math.min(max, parseFloat(given[name])) - min) / step);
    state[name] = Number.isNaN(steps) ? start : +(min + Math.max(0, steps) * step).toPrecision(12);
  }
  return state;
}

/** The address of a state. */
function write(state) {
  const first = read(`loss=${state.loss}&range=${state.range}`);
  first.range = RANGES[0];
  const changed = Object.entries(state).filter(([name, value]) => value !== first[name]);
  return String(new URLSearchParams([["loss", state.loss], ...changed]));
}

const spread = (low, high, parts) =>
  Array.from({ length: parts + 1 }, (_, n) => low + ((high - low) * n) / parts);

function shown(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "−inf" : "inf";
  return String(+value.toPrecision(4)).replace("-", "−");
}

// Pictures -----------------------------------------------------------------------------------

function ticks([low, high]) {
  const rough = (high - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find((factor) => factor * unit > 0.999 * rough);
  const [first, last] = [Math.ceil(low / step), Math.floor(high / step)];
  return spread(first, last, last - first).map((n) => +(n * step).toPrecision(12));
}

/** A chart as SVG. Curves are [class, name in the key, points], marks [class, x, y], rules places
    of upright lines; over bands, [from, to], the printed form is no number. */
function chart(title, xLabel, xRange, curves, { marks = [], rules = [], bands = [] } = {}) {
  const { left, right, top, bottom } = BOX;
  const heights = curves.flatMap(([, , points]) => points.map(([, y]) => y)).filter(Number.isFinite);
  const yRange = [Math.min(0, ...heights), Math.max(1e-3, ...heights)];
  const scale = ([from, to], start, end) => (value) =>
    +(start + ((value - from) / (to - from)) * (end - start)).toFixed(1);
  const [x, y] = [scale(xRange, left, right), scale(yRange, bottom, top)];
  const path = (points) =>
    points.map(([at, height], n) => {
      if (!Number.isFinite(height)) return "";
      return `${n && Number.isFinite(points[n - 1][1]) ? "L" : "M"}${x(at)} ${y(height)}`;
    }).join("");
  const keys = curves.filter(([, name]) => name);
  return [
    `<svg viewBox="0 0 ${BOX.width} ${BOX.height}" role="img" aria-label="${title}">`,
    ...bands.map(([from, to]) =>
      `<rect x="${x(from)}" y="${top}" width="${(x(to) - x(from)).toFixed(1)}" height="${bottom - top}"/>`),
    ...ticks(xRange).map((at) =>
      `<path class="grid" d="M${x(at)} ${top}V${bottom}"/><text x="${x(at)}" y="${bottom + 15}">${shown(at)}</text>`),
    ...ticks(yRange).map((at) =>
      `<path class="grid" d="M${left} ${y(at)}H${right}"/><text class="side" x="${left - 4}" y="${y(at) + 4}">${shown(at)}</text>`),
    `<text x="${(left + right) / 2}" y="${bottom + 33}">${xLabel}</text>`,
    ...keys.map(([kind, name], n) =>
      `<path class="${kind}" d="M${left + 64 * n} 11h18"/><text class="key" x="${left + 64 * n + 22}" y="15">${name}</text>`),
    ...rules.map((at) => `<path class="rule" d="M${x(at)} ${top}V${bottom}"/>`),
    ...curves.map(([kind, , points]) => `<path class="${kind}" d="${path(points)}"/>`),
    ...marks.filter(([, , height]) => Number.isFinite(height)).map(([kind, at, height]) =>
      `<circle class="${kind}" cx="${x(at)}" cy="${y(height)}" r="4"/>`),
    "</svg>",
  ].join("");
}

/** The loss and its slope, and where the printed form gives no number. */
function curves(state) {
  const loss = LOSSES[state.loss];
  const angle = loss.kind === "angle";
  const range = angle ? [0, 180] : [-state.range, state.range];
  const at = (name) => (x) => [x, loss[name](angle ? radians(x) : x, state, PRECISIONS[state.precision])];
  const xs = spread(...range, 240);
  const printed = xs.map(at("printed"));
  // Neighbours without a number are one band.
  const step = xs[1] - xs[0];
  const bands = [];
  for (const [x] of printed.filter(([, y]) => !Number.isFinite(y))) {
    const last = bands.at(-1);
    if (last && last[1] > x - step) last[1] = Math.min(range[1], x + step / 2);
    else bands.push([Math.max(range[0], x - step / 2), Math.min(range[1], x + step / 2)]);
  }
  const label = { angle: "angle θ, in degrees", error: "error x", score: "score x" }[loss.kind];
  return chart(`${loss.name}: loss and slope against the ${label}`, label, range, [
    ["value", "loss", xs.map(at("value"))],
    ["slope", "slope", xs.map(at("slope"))],
    ...(state.precision === "float64" ? [] : [["other", "printed; shaded: none", printed]]),
  ], {
    marks: ["value", "slope"].map((name) => [name, ...at(name)(state.x)]),
    rules: [state.x],
    bands,
  });
}

/** What the loss trains a decision to: what trained says in words. */
function decision(state) {
  const loss = LOSSES[state.loss];
  if (loss.kind === "angle") {
    const empty = (phi) => [phi, degrees(border(loss, { ...state, phi })[1])];
    return chart(`${loss.name}: the angle left empty against the angle between two classes`,
      "angle φ between the classes, in degrees", [10, 180],
      [["value", "degrees left empty", spread(10, 180, 85).map(empty)]], { marks: [["value", ...empty(state.phi)]] });
  }
  if (loss.kind === "error") {
    const mean = (place) => [place, risk(loss, state, place)];
    const best = bestPlaces(loss, state).map((place) => ["value", ...mean(place)]);
    return chart(`${loss.name}: mean loss of one prediction for twenty men's jumps`,
      "one prediction for all, in tens of jumps", [0, 26],
      [["value", "mean loss; grey: the men", spread(0, 26, 130).map(mean)]],
      { marks: [...JUMPS.map((jump) => ["datum", jump, 0]), ...best] });
  }
  const score = (share) => bestScores(loss, state, share).reduce((a, b) => (a + b) / 2);
  const answer = (share) => [share, loss.states ? sigmoid(score(share)) : score(share)];
  const what = loss.states ? "share that the model states" : "score of least expected loss";
  return chart(`${loss.name}: ${what} against the true share of positive labels`,
    "true share of positive labels", [0, 1],
    [["value", what, spread(0.01, 0.99, 98).map(answer)], ...(loss.states ? [["other", "", [[0, 0], [1, 1]]]] : [])],
    { marks: [["value", ...answer(state.share)]], rules: [flip(loss, state)] });
}

// Words --------------------------------------------------------------------------------------

const interval = ([from, to]) => (to - from < 1e-6 ? shown(from) : `${shown(from)} to ${shown(to)}`);

function atThePoint(state) {
  const loss = LOSSES[state.loss];
  const angle = loss.kind === "angle";
  const [value, slope, printed] = ["value", "slope", "printed"].map((name) =>
    shown(loss[name](angle ? radians(state.x) : state.x, state, PRECISIONS[state.precision])));
  const place = angle ? `θ = ${state.x}°` : `x = ${shown(state.x)}`;
  return `At ${place}: loss ${value}, slope ${slope}. As printed, in ${state.precision}: ${printed}.`;
}

function trained(state) {
  const loss = LOSSES[state.loss];
  if (loss.kind === "angle") {
    const [angle, empty] = border(loss, state).map(degrees).map(shown);
    return `A feature costs less than log 2 up to ${angle}° from its own class's vector: between two ` +
      `classes ${state.phi}° apart, ${empty}° stay empty.`;
  }
  if (loss.kind === "error") {
    const mean = shown(JUMPS.reduce((sum, jump) => sum + jump) / JUMPS.length);
    return `One prediction for all has the least mean loss at ${interval(bestPlaces(loss, state))}; the ` +
      `mean is ${mean}, medians are ${interval(bestPlaces(LOSSES.l1, {}))}.`;
  }
  const best = bestScores(loss, state, state.share);
  const states = loss.states ? `: the model states ${shown(100 * sigmoid(best[0]))} %` : "";
  return `Where ${shown(100 * state.share)} % of the labels are positive, the expected loss is least at the ` +
    `score ${interval(best)}${states}. The decision turns positive at ${shown(100 * flip(loss, state))} %.`;
}

/** Both pictures of a state, with their words. */
function panels(state) {
  return [[curves, atThePoint, "polite"], [decision, trained, "off"]].map(([draw, say, live]) =>
    `<figure>${draw(state)}<figcaption><output aria-live="${live}">${say(state)}</output></figcaption></figure>`,
  ).join("");
}

// The page -----------------------------------------------------------------------------------

function controls(state) {
  const { kind } = LOSSES[state.loss];
  const choice = (name, label, values) => {
    const options = values.map(([value, text]) =>
      `<option value="${value}"${value === state[name] ? " selected" : ""}>${text}</option>`);
    return `<label>${label} <select name="${name}">${options.join("")}</select></label>`;
  };
  const slider = ([name, { label, min, max, step }]) =>
    `<label>${label}: <b>${shown(state[name])}</b><input type="range" name="${name}" aria-label="${label}" ` +
    `min="${min}" max="${max}" step="${step}" value="${state[name]}"></label>`;
  return [
    choice("loss", "Loss", Object.entries(LOSSES).map(([key, { name }]) => [key, name])),
    kind === "score" ? choice("y", "Label", [[1, "positive"], [-1, "negative"]]) : "",
    kind === "angle" ? "" : choice("range", "Range", RANGES.toSorted((a, b) => a - b).map((range) => [range, `±${range}`])),
    choice("precision", "Precision", Object.keys(PRECISIONS).map((name) => [name, name])),
    ...Object.entries(sliders(state)).map(slider),
  ].join("");
}

/** Give the pictures in an element of the page their controls. */
function explore(host) {
  const ownPage = !host.dataset.state; // there the address is the state
  const [form, link] = [document.createElement("form"), host.querySelector("a")];
  let state;
  const show = () => {
    const fresh = document.createElement("div");
    fresh.innerHTML = panels(state);
    for (const svg of host.querySelectorAll("svg")) svg.replaceWith(fresh.querySelector("svg"));
    // The element of the words stays: a screen reader listens to it.
    const words = [...fresh.querySelectorAll("output")];
    host.querySelectorAll("output").forEach((place, n) => { place.textContent = words[n].textContent; });
    link.hash = write(state);
  };
  const restore = (address) => {
    state = read(address);
    form.innerHTML = controls(state);
    show();
  };
  form.addEventListener("input", ({ target: { name, value } }) => {
    state = read(name === "loss" ? `loss=${value}` : `${write(state)}&${name}=${value}`);
    if (name === "loss" || name === "range") {
      form.innerHTML = controls(state);
      form.elements[name].focus();
    }
    for (const text of form.elements[name].labels[0].querySelectorAll("b")) text.textContent = shown(state[name]);
    show();
    if (ownPage) history.replaceState(null, "", `#${write(state)}`);
  });
  host.addEventListener("pointermove", (event) => {
    const svg = event.target.closest("figure:first-child svg");
    if (!svg) return;
    const { left, width } = svg.getBoundingClientRect();
    const share = (((event.clientX - left) / width) * BOX.width - BOX.left) / (BOX.right - BOX.left);
    const { x } = form.elements;
    x.value = +x.min + share * (x.max - x.min);
    x.dispatchEvent(new Event("input", { bubbles: true }));
  });
  if (ownPage) {
    addEventListener("hashchange", () => location.hash.startsWith("#loss=") && restore(location.hash.slice(1)));
  }
  host.prepend(form);
  restore(ownPage ? location.hash.slice(1) : host.dataset.state);
}

if (typeof document !== "undefined") document.querySelectorAll(".explore").forEach(explore);
