/* Put the articles of all pages, one after another, into this empty page.

   An id, and the links to it, get their page's name in front; a heading goes down as many levels as
   its page stands below its part of the book; a link to what is not printed becomes plain text; a
   table too wide for the paper shrinks. After the first page come the contents.
   Return the words of all headings, in order. */
async pages => {
  const key = name => name.replaceAll("/", "--");
  const place = (name, id) => (id ? `${key(name)}--${id}` : key(name));
  const address = name => new URL(`/${name}.html`, location.href);
  const names = new Map(pages.map(({ name }) => [address(name).pathname, name]));
  const LEFT_OUT = "template, script, .headerlink, .checked-mark, .no-print, .d-print-none";
  const REFERENCES = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];

  const contents = document.createElement("ul");
  contents.className = "paper-contents";

  for (const { name, level, part } of pages) {
    const response = await fetch(address(name));
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const article = page.querySelector("article");
    article.querySelectorAll(LEFT_OUT).forEach(element => element.remove());
    article.querySelectorAll("[id]").forEach(element => (element.id = place(name, element.id)));
    for (const attribute of REFERENCES) {
      for (const element of article.querySelectorAll(`[${attribute}]`)) {
        const ids = element.getAttribute(attribute).split(/\s+/);
        element.setAttribute(attribute, ids.map(id => place(name, id)).join(" "));
      }
    }
    for (const link of article.querySelectorAll("a[href]")) {
      const target = new URL(link.getAttribute("href"), address(name));
      const printed = names.get(target.pathname);
      if (printed) link.href = `#${place(printed, decodeURIComponent(target.hash.slice(1)))}`;
      else if (target.origin === location.origin) link.replaceWith(...link.childNodes);
    }
    for (const image of article.querySelectorAll("img[src]")) {
      image.src = new URL(image.getAttribute("src"), address(name)).href;
      image.loading = "eager";
    }
    // Answers are printed; what is folded because it is code or a check stays folded.
    article.querySelectorAll("details:not(.hide)").forEach(details => (details.open = true));
    for (const heading of article.querySelectorAll("h1, h2, h3, h4")) {
      const lower = document.createElement(`h${Math.min(6, Number(heading.tagName[1]) + level)}`);
      lower.className = `paper-${heading.tagName.toLowerCase()}`;
      lower.append(...heading.childNodes);
      heading.replaceWith(lower);
    }
    article.id = key(name);
    if (part) {
      const caption = document.createElement("h1");
      caption.className = "paper-part";
      caption.textContent = part;
      article.prepend(caption);
    }
    document.body.append(article);

    const line = document.createElement("li");
    line.style.marginLeft = `${level}em`;
    line.innerHTML = `<a href="#${key(name)}"></a>`;
    line.firstChild.textContent = article.querySelector(".paper-h1").textContent;
    contents.append(line);
  }
  contents.firstChild.remove();
  document.querySelector("article").after(contents);
  await document.fonts.ready;
  await Promise.all([...document.images].map(image => image.decode()));
  for (const table of document.querySelectorAll("table")) {
    const share = document.body.clientWidth / table.getBoundingClientRect().right;
    if (share < 1) table.style.zoom = share;
  }
  const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")];
  return headings.map(heading => heading.innerText.replace(/\s+/g, " ").trim());
}
