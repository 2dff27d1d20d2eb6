// Sphinx's search as this book needs it: other names of a thing find it, chapters stand before
// the reference and that before solutions, and an excerpt reads in plain words.
"use strict";

const OTHER_NAMES = {
  bce: "binary cross-entropy",
  mse: "L2",
  mae: "L1",
  nll: "likelihood",
  softplus: "logistic loss",
  logsumexp: "softmax overflow",
};

const BEHIND = { "book/reference/": 50, "book/course/": 100, "_modules/": 200 };

Scorer.score = ([page, , , , score]) => {
  const part = Object.keys(BEHIND).find((start) => page.startsWith(start));
  return part ? score - BEHIND[part] : score;
};

const searchFor = Search.performSearch;
Search.performSearch = (query) => {
  const words = query.trim().split(/\s+/);
  searchFor(words.map((word) => OTHER_NAMES[word.toLowerCase()] ?? word).join(" "));
};

// The page's furniture and the second and third writing of each formula are no text.
const FURNITURE = [
  ".headerlink", ".header-article", "#jb-print-docs-body", ".katex-html", "annotation", ".narrow-formula",
  ".checked-mark", ".reading-progress", "script", "style", "nav", "footer", "button",
].join();
const textOf = Search.htmlToText;
Search.htmlToText = (page, anchor) => {
  const content = new DOMParser().parseFromString(page, "text/html");
  content.querySelectorAll(FURNITURE).forEach((part) => part.remove());
  return textOf(content.documentElement.outerHTML, anchor).replace(/\s+/g, " ").trim();
};
