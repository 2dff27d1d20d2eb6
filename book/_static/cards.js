// Cards: what a link leads to, shown beside it. An equation, a work, a term or a chapter comes with the
// page (cards.py); an equation of the page itself is copied. Pointer and keyboard focus show a card; a
// finger's first tap shows it, the second follows the link. Escape closes it.
"use strict";

const card = { box: null, link: null, timer: 0, touch: false };

/** Return what a link's card holds, or undefined for a link without one. */
function cardOf(link) {
  const address = link.getAttribute("href");
  if (address.startsWith("#equation-")) {
    return document.getElementById(address.slice(1))?.querySelector(".katex-display").cloneNode(true);
  }
  return document.querySelector(`template[data-card="${CSS.escape(address)}"]`)?.content.cloneNode(true);
}

/** Show a link's card below it, or above it where there is more room. */
function openCard(link) {
  clearTimeout(card.timer);
  const content = card.link === link ? undefined : cardOf(link);
  if (!content) return;
  closeCard();
  card.box ??= makeCard();
  card.box.replaceChildren(content);
  card.box.hidden = false;
  card.link = link;
  link.removeAttribute("title"); // the browser would show it over the card
  link.setAttribute("aria-describedby", "card");
  const place = link.getClientRects()[0];
  const { width, height } = card.box.getBoundingClientRect();
  const above = place.bottom + height > innerHeight && place.top > height;
  const screen = document.documentElement.clientWidth;
  card.box.style.top = `${scrollY + (above ? place.top - height : place.bottom)}px`;
  card.box.style.left = `${scrollX + Math.max(8, Math.min(place.left, screen - width - 8))}px`;
}

function closeCard() {
  clearTimeout(card.timer);
  if (!card.link) return;
  card.link.removeAttribute("aria-describedby");
  card.link = null;
  card.box.hidden = true;
}

function makeCard() {
  const box = document.createElement("div");
  box.id = "card";
  box.setAttribute("role", "tooltip");
  document.body.append(box);
  return box;
}

/** Open or close after a moment, so that a pointer may pass links, and reach the card. */
function soon(action) {
  clearTimeout(card.timer);
  card.timer = setTimeout(action, 150);
}

const linkAt = (event) => event.target.closest?.("article a.internal[href]");

document.addEventListener("pointerover", (event) => {
  const link = linkAt(event);
  if (event.pointerType === "touch") return;
  if (link) soon(() => openCard(link));
  else if (card.box?.contains(event.target)) clearTimeout(card.timer);
});
document.addEventListener("pointerout", (event) => {
  if (event.pointerType !== "touch" && (linkAt(event) || card.box?.contains(event.target))) soon(closeCard);
});
document.addEventListener("focusin", (event) => {
  const link = linkAt(event);
  if (link?.matches(":focus-visible")) openCard(link);
});
document.addEventListener("focusout", closeCard);
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeCard();
});
document.addEventListener("pointerdown", (event) => {
  card.touch = event.pointerType === "touch";
});
document.addEventListener("click", (event) => {
  const link = linkAt(event);
  if (card.touch && link && card.link !== link) {
    openCard(link);
    if (card.link === link) event.preventDefault();
  } else if (!card.box?.contains(event.target)) {
    closeCard();
  }
});
