// Spreads what is too long for a slide over several, then starts reveal.js.
// A unit stays together; one that is too tall is split between rows, items or lines of code, or else made smaller.
(async () => {
  const root = document.documentElement;
  const deck = document.querySelector(".slides");
  // A phone held upright gets tall slides. The speaker's window shows decks in frames: always wide.
  const upright = matchMedia("(max-width: 600px) and (orientation: portrait)");
  const tall = window.parent === window && upright.matches;
  const [width, height] = tall ? [680, 1240] : [1280, 720];
  upright.addEventListener("change", () => location.reload());
  root.classList.toggle("tall", tall);
  root.style.setProperty("--width", `${width}px`);
  root.style.setProperty("--height", `${height}px`);

  const LEGIBLE = 0.8, SMALLEST = 0.45, STEP = 0.97, LARGE = [1.2, 1.1];
  const WIDE = ".katex-display, pre, table";  // what cannot break its lines
  const ROWS = ".result tbody, .result ol, .result ul";
  const over = body => body.scrollHeight > body.clientHeight + 1;
  const fit = part => Number(part.style.getPropertyValue("--fit")) || 1;
  const resize = (part, factor) => part.style.setProperty("--fit", (fit(part) * factor).toFixed(3));

  // How many times too wide a part is for its place.
  function excess(part) {
    const inside = [part, ...part.querySelectorAll(".katex-html")].map(one => one.scrollWidth);
    return part.matches("table") ? part.offsetWidth / part.parentElement.clientWidth : Math.max(...inside) / part.clientWidth;
  }
  const wide = box => [...box.querySelectorAll(WIDE)].filter(part => !part.closest("details") && excess(part) > 1.001);
  function narrow(unit) {
    for (let tries = 0; tries < 3; tries++) wide(unit).forEach(part => resize(part, 0.995 / excess(part)));
  }

  // Take the rows of a table or the items of a list that do not fit into a new unit, evenly.
  function split(unit, body) {
    const list = unit.querySelector(ROWS);
    const rows = list ? [...list.children] : [];
    let fitting = rows.length;
    while (fitting > 0 && over(body)) rows[--fitting].remove();
    if (list) list.append(...rows.slice(fitting));
    if (fitting < 1 || rows.length < 2) return null;
    const share = Math.ceil(rows.length / Math.ceil(rows.length / fitting));
    const rest = unit.cloneNode(true);
    const others = rest.querySelector(ROWS);
    [...others.children].slice(0, share).forEach(row => row.remove());
    rows.slice(share).forEach(row => row.remove());
    if (others.matches("ol")) others.start = list.start + share;
    rest.querySelectorAll(":scope > :not(.result)").forEach(part => part.remove());
    unit.querySelector(".comment")?.remove();  // it stands below the last row
    return rest;
  }

  // Take the lines of a listing that do not fit into a new unit, from an empty line if there is one.
  function splitListing(unit, body) {
    const pre = unit.querySelector(".result pre");
    const lines = pre ? pre.innerHTML.trimEnd().split("\n") : [];
    let fitting = lines.length;
    while (fitting > 1 && over(body)) pre.innerHTML = lines.slice(0, --fitting).join("\n");
    if (fitting < 6) {
      if (pre) pre.innerHTML = lines.join("\n");
      return null;
    }
    let share = Math.ceil(lines.length / Math.ceil(lines.length / fitting));
    for (let line = fitting; line > fitting / 2; line--)
      if (!lines[line].trim()) { share = line; break; }
    const rest = unit.cloneNode(true);
    rest.querySelectorAll(":scope > :not(.result)").forEach(part => part.remove());
    rest.querySelector(".result pre").innerHTML = lines.slice(share).join("\n").replace(/^\n+/, "");
    pre.innerHTML = lines.slice(0, share).join("\n").trimEnd();
    unit.querySelector(".comment")?.remove();
    return rest;
  }

  function shrink(unit, body, smallest) {
    while (over(body) && fit(unit) > smallest) resize(unit, STEP);
    return !over(body);
  }

  function lay(section) {
    let page = section, body = section.querySelector(".body"), count = 1;
    const pages = [body];
    const queue = [...body.children];
    body.replaceChildren();
    const put = unit => { body.append(unit); narrow(unit); };
    const turn = () => {
      const copy = page.cloneNode(true);
      copy.id = `${section.id}-part-${++count}`;
      body = copy.querySelector(".body");
      body.replaceChildren();
      page.after(copy);
      page = copy;
      pages.push(body);
    };
    while (queue.length) {
      const unit = queue.shift();
      const last = body.lastElementChild;
      if (last && [unit, last].some(one => one.matches(".solo"))) turn();
      put(unit);
      if (over(body) && body.children.length > 1) { turn(); put(unit); }
      if (!over(body)) continue;
      let rest = split(unit, body);
      if (!rest && !shrink(unit, body, LEGIBLE)) {
        unit.style.removeProperty("--fit");
        rest = splitListing(unit, body);
      }
      if (rest) queue.unshift(rest);
      shrink(unit, body, SMALLEST);
    }
    pages.forEach(grow);
  }

  // Where there is room, everything is larger.
  function grow(body) {
    if (body.querySelector(".figure") || body.closest(".title")) return;
    for (const size of [...LARGE, 1]) {
      body.style.setProperty("--fit", size);
      if (!over(body) && !wide(body).length) return;
    }
  }

  // Only with its fonts is a formula, and only when it is loaded is a figure, as wide and as tall as it will be.
  const loaded = image => image.complete || new Promise(done => { image.onload = image.onerror = done; });
  await Promise.all([...[...document.fonts].map(font => font.load()), ...[...document.images].map(loaded)]);
  deck.querySelectorAll(":scope > .topic").forEach(lay);
  for (const section of deck.children) {  // one set of notes for each slide
    const [first, ...others] = section.querySelectorAll("aside.notes");
    others.forEach(aside => { first.append(...aside.childNodes); aside.remove(); });
    if (!first) continue;
    const said = new Set();
    for (const paragraph of [...first.children]) said.has(paragraph.innerHTML) ? paragraph.remove() : said.add(paragraph.innerHTML);
    section.append(first);
  }
  root.classList.add("ready");
  await Reveal.initialize({
    width, height, margin: 0, center: false, hash: true, slideNumber: "c/t", transition: "none", controlsTutorial: false,
    scrollActivationWidth: 0, pdfSeparateFragments: false, plugins: [RevealNotes],
  });
  root.dataset.slides = deck.children.length;
})();
