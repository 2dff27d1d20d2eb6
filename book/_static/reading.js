// What a page does for its reader beyond showing itself; all of it reads without a script, too.
"use strict";

// The theme settles light or dark once the page is shown; until then half of its colours and widths
// of lines are missing, and the page moves when they come.
if (document.documentElement.dataset.theme === "auto") {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
}

/** Let a formula or table that is wider than its place fade where more of it is, and take the keyboard. */
function markWide(part) {
  // An index at the end makes a formula two pixels wider than its ink.
  const hidden = part.scrollWidth - part.clientWidth - 2;
  const more = [];
  if (hidden > 1 && part.scrollLeft > 1) more.push("left");
  if (hidden > 1 && part.scrollLeft < hidden - 1) more.push("right");
  part.dataset.more = more.join(" ");
  if (hidden > 1) {
    part.tabIndex = 0;
    part.setAttribute("role", "group"); // landmarks would be too many
    const name = part.matches(".pst-scrollable-table-container") ? "Table" : "Formula";
    part.setAttribute("aria-label", `${name}, wider than the screen`);
  } else {
    for (const name of ["tabindex", "role", "aria-label"]) part.removeAttribute(name);
  }
}

const WIDE_PARTS = "div.math .katex-display, table.at-a-glance td .math, .bd-article .pst-scrollable-table-container";

/** Bring the current entry of the contents into view, and tell the theme, which keeps its place.

    The page calls it behind the contents, before anything is painted: nothing moves later. */
function showCurrentEntry() {
  const contents = document.querySelector("#pst-primary-sidebar, .bd-sidebar-primary");
  const current = [...(contents?.querySelectorAll("a.current") ?? [])].pop();
  if (!current) return;
  const place = current.getBoundingClientRect();
  const frame = contents.getBoundingClientRect();
  if (place.top < frame.top || place.bottom > frame.bottom) {
    contents.scrollTop += place.top - frame.top - frame.height / 3;
  }
  sessionStorage.setItem("sidebar-scroll-top", contents.scrollTop);
}

/** Unfold all code of the page, or fold it, as the reader last chose; on paper it stands as here. */
function showCode() {
  const open = localStorage.getItem("code") === "open";
  for (const code of document.querySelectorAll("details.hide")) code.open = open;
  document.querySelector(".btn-code-switch")?.setAttribute("aria-pressed", open);
}

/** The button in the page's head. */
function switchCode() {
  localStorage.setItem("code", localStorage.getItem("code") === "open" ? "folded" : "open");
  showCode();
}

/** Move the bar of the part on with the page, and count its minutes down, by fives while they are many. */
function showProgress() {
  const article = document.querySelector("article.bd-article")?.getBoundingClientRect();
  if (!article) return;
  const left = Math.min(1, Math.max(0, (article.bottom - innerHeight) / article.height));
  const bar = document.querySelector(".reading-progress > progress");
  if (bar) bar.value = Number(bar.dataset.before) + 1 - left;
  const time = document.querySelector(".reading-progress > .minutes");
  if (!time) return;
  const minutes = time.dataset.minutes * left;
  const step = minutes > 10 ? 5 : 1;
  time.textContent = `${Math.ceil(minutes / step) * step} min left`;
}

document.addEventListener("DOMContentLoaded", () => {
  showCode();
  showProgress();
  addEventListener("scroll", () => requestAnimationFrame(showProgress), { passive: true });
  const watch = new ResizeObserver((entries) => entries.forEach((entry) => markWide(entry.target)));
  const parts = document.querySelectorAll(WIDE_PARTS);
  document.fonts.ready.then(() => parts.forEach(markWide));
  for (const part of parts) {
    watch.observe(part);
    part.addEventListener("scroll", () => markWide(part), { passive: true });
  }
});
