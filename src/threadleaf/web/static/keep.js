// Saving the page that is open: tags, highlights and notes. Everything here works on what shelf.js keeps.
"use strict";

(async () => {
  const form = document.getElementById("keep");
  if (!form || !("caches" in window)) return;
  const path = form.dataset.path;
  const $ = (name) => form.querySelector(`[data-part="${name}"]`);
  const article = document.querySelector("article");
  const places = [...article.querySelectorAll(".post[id]")];
  const offer = document.getElementById("saving"), save = document.getElementById("save");
  const said = document.getElementById("save-said");
  // A browser that keeps nothing says so when it is asked to save.
  let record = await shelf.record(path).catch(() => null);
  draw();

  save.addEventListener("click", async () => {
    if (save.getAttribute("aria-disabled") === "true") return;
    save.setAttribute("aria-disabled", "true");
    said.textContent = said.dataset.now;
    try {
      await keepPage();
      said.textContent = "";
      draw();
      $("saved").focus(); // the button is gone, and this says what became of it
    } catch (error) {
      const away = error instanceof shelf.Unreachable || !navigator.onLine;
      said.textContent = away ? said.dataset.away : said.dataset.barred;
    } finally {
      save.removeAttribute("aria-disabled");
    }
  });
  async function keepPage() {
    const parts = performance.getEntriesByType("resource").map((entry) => new URL(entry.name));
    const own = parts.filter((part) => part.origin === location.origin).map((part) => part.pathname);
    const made = { path, title: form.dataset.title, author: form.dataset.author, lang: form.dataset.lang };
    const kept = { ...made, saved: new Date().toISOString(), tags: [], marks: [], notes: {} };
    await shelf.save(kept, location.pathname + location.search, own);
    record = kept;
  }
  $("drop").addEventListener("click", async () => {
    await shelf.drop(path);
    record = null;
    draw();
    save.focus();
  });
  $("tags").addEventListener("change", () => {
    record.tags = [...new Set($("tags").value.split(",").map((tag) => tag.trim()).filter(Boolean))];
    return shelf.keep(record);
  });
  // Pressing a button must not lose the selection that it is about.
  $("mark").addEventListener("pointerdown", (event) => event.preventDefault());
  $("mark").addEventListener("click", async () => {
    const made = selected();
    $("hint").hidden = made.length > 0;
    if (made.length === 0) return;
    const covers = (mark) => made.some((one) => one.post === mark.post && one.start < mark.end && mark.start < one.end);
    const rest = record.marks.filter((mark) => !covers(mark));
    // Highlighting what is highlighted takes it away.
    record.marks = rest.length < record.marks.length ? rest : [...rest, ...made];
    await shelf.keep(record);
    paint();
  });

  function draw() {
    const saved = record !== null && !record.gone;
    offer.hidden = saved;
    form.hidden = !saved;
    document.querySelectorAll(".note").forEach((note) => note.remove());
    if (saved) {
      $("tags").value = record.tags.join(", ");
      places.forEach(addNote);
    }
    paint();
  }

  function addNote(place) {
    const note = document.getElementById("note").content.firstElementChild.cloneNode(true);
    const text = note.querySelector("textarea");
    text.value = record.notes[place.id] ?? "";
    note.open = text.value !== "";
    text.addEventListener("change", () => {
      if (text.value.trim()) record.notes[place.id] = text.value;
      else delete record.notes[place.id];
      return shelf.keep(record);
    });
    place.append(note);
  }

  // The selection as pieces of posts: offsets in the text of each, in UTF-16 code units as the browser counts.
  function selected() {
    const selection = getSelection();
    if (selection.rangeCount === 0 || selection.isCollapsed) return [];
    const range = selection.getRangeAt(0);
    return places.filter((place) => range.intersectsNode(place)).flatMap((place) => {
      const nodes = texts(place);
      let at = 0, start = null, end = null;
      for (const node of nodes) {
        if (range.intersectsNode(node)) {
          const from = node === range.startContainer ? range.startOffset : 0;
          const to = node === range.endContainer ? range.endOffset : node.length;
          if (to > from) {
            start ??= at + from;
            end = at + to;
          }
        }
        at += node.length;
      }
      if (start === null) return [];
      return [{ post: place.id, start, end, text: nodes.map((node) => node.data).join("").slice(start, end) }];
    });
  }

  // Only what authors wrote: what we say beside it has other lengths in other languages.
  function texts(place) {
    const skip = (node) => node.parentElement.closest("aside, footer, summary, .who, .note") !== null;
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) if (!skip(walker.currentNode)) found.push(walker.currentNode);
    return found;
  }

  function paint() {
    if (!CSS.highlights) return;
    const ranges = (record?.marks ?? []).flatMap((mark) => {
      const place = document.getElementById(mark.post);
      return place ? rangesOf(texts(place), mark) : [];
    });
    CSS.highlights.set("threadleaf", new Highlight(...ranges));
  }

  function rangesOf(nodes, mark) {
    // A page that changed since is not painted in the wrong place.
    if (nodes.map((node) => node.data).join("").slice(mark.start, mark.end) !== mark.text) return [];
    let at = 0;
    return nodes.flatMap((node) => {
      const from = Math.max(mark.start - at, 0), to = Math.min(mark.end - at, node.length);
      at += node.length;
      if (from >= to) return [];
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, to);
      return [range];
    });
  }
})();
