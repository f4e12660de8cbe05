// The list of what is saved on this device, with export and import.
"use strict";

(async () => {
  const list = document.getElementById("saved");
  if (!list || !("caches" in window)) return;
  const only = document.getElementById("only"), offline = document.getElementById("offline");
  // The service worker shows this page in the place of any other that cannot be had.
  const away = location.pathname !== "/saved";
  if (away) offline.textContent = offline.dataset.away;
  offline.hidden = !away && navigator.onLine;
  document.getElementById("without").hidden = true;
  document.getElementById("saving").hidden = false;
  await draw();

  only.addEventListener("change", draw);
  document.getElementById("as-json").addEventListener("click", async () => {
    give("threadleaf-saved.json", "application/json", JSON.stringify(await shelf.records(), null, 2) + "\n");
  });
  document.getElementById("as-markdown").addEventListener("click", async () => {
    give("threadleaf-saved.md", "text/markdown", (await shelf.records()).map(markdown).join("\n"));
  });
  document.getElementById("import").addEventListener("change", async (event) => {
    const problem = document.getElementById("problem");
    problem.hidden = true;
    try {
      await take(JSON.parse(await event.target.files[0].text()));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      problem.hidden = false;
    }
    event.target.value = "";
    await draw();
  });

  async function draw() {
    const records = await shelf.records();
    const tags = [...new Set(records.flatMap((record) => record.tags))].sort((a, b) => a.localeCompare(b));
    const chosen = tags.includes(only.value) ? only.value : "";
    only.replaceChildren(only.options[0], ...tags.map((tag) => new Option(tag, tag, false, tag === chosen)));
    only.parentElement.hidden = tags.length === 0;
    const shown = records.filter((record) => !chosen || record.tags.includes(chosen));
    list.replaceChildren(...shown.map(entry));
    document.getElementById("none").hidden = records.length > 0;
    document.getElementById("give").hidden = records.length === 0;
  }

  function entry(record) {
    const item = document.getElementById("entry").content.firstElementChild.cloneNode(true);
    const link = item.querySelector("a");
    if (record.gone) link.replaceWith(Object.assign(document.createElement("span"), { textContent: list.dataset.gone }));
    else {
      link.href = record.path;
      link.textContent = record.title || record.path;
      if (record.lang) link.lang = record.lang;
    }
    const forms = record.gone ? [] : read(record.path);
    const told = [record.author, ...forms, day(record.saved), record.tags.join(", ")].filter(Boolean);
    item.querySelector(".about").textContent = told.join(" · ");
    const notes = [...(record.marks ?? []).map((mark) => `“${mark.text}”`), ...Object.values(record.notes ?? {})];
    item.querySelector(".notes").replaceChildren(...notes.map((text) => {
      return Object.assign(document.createElement("li"), { textContent: text, dir: "auto" });
    }));
    item.querySelector("button").addEventListener("click", async () => {
      await shelf.drop(record.path);
      await draw();
    });
    return item;
  }

  // On which day it was saved; nothing where that is not known.
  function day(saved) {
    const at = new Date(saved ?? "");
    if (Number.isNaN(at.getTime())) return "";
    const lang = document.documentElement.lang;
    const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : lang, { dateStyle: "long" });
    return list.dataset.saved.replace("{day}", format.format(at));
  }

  // Which form of a page is saved.
  function read(path) {
    const asked = new URLSearchParams(path.split("?")[1] ?? "");
    const own = path.startsWith("/t/x/") ? "posts" : "article"; // where an address names no view
    const named = [asked.get("view") ?? own, asked.has("line") && "line", asked.has("v") && "version"].filter(Boolean);
    return named.map((name) => list.dataset[name]);
  }

  function give(name, type, text) {
    const address = URL.createObjectURL(new Blob([text], { type }));
    Object.assign(document.createElement("a"), { href: address, download: name }).click();
    URL.revokeObjectURL(address);
  }

  function markdown(record) {
    const address = record.gone ? "" : [record.author, `<${location.origin}${record.path}>\n`].filter(Boolean).join(" · ");
    const marks = (record.marks ?? []).map((mark) => `> ${mark.text.replace(/\n/g, "\n> ")}\n`);
    const notes = Object.values(record.notes ?? {}).map((text) => `${text}\n`);
    const tags = record.tags.length ? `${record.tags.map((tag) => `#${tag.replace(/\s/g, "-")}`).join(" ")}\n` : "";
    const plain = (record.title || record.path).replace(/([\\`*_[\]<>#])/g, "\\$1");
    return [`## ${plain}\n`, address, tags, ...marks, ...notes].filter(Boolean).join("\n");
  }

  // What was exported here or elsewhere: added to what is kept, never in its place.
  async function take(records) {
    const texts = (value) => (Array.isArray(value) ? value.filter((item) => typeof item === "string") : []);
    for (const given of records) {
      if (typeof given.path !== "string" || !/^\/[tp]\/[^\s?#]+(\?[^\s?#]+)?$/.test(given.path)) throw new TypeError("path");
      const known = (await shelf.record(given.path)) ?? { path: given.path, marks: [], notes: {}, tags: [] };
      const same = (one) => (other) => one.post === other.post && one.start === other.start && one.end === other.end;
      const marks = (Array.isArray(given.marks) ? given.marks : []).filter((mark) => {
        return typeof mark.text === "string" && typeof mark.post === "string" && !known.marks.some(same(mark));
      });
      const notes = Object.entries(given.notes ?? {}).filter(([, text]) => typeof text === "string");
      await shelf.keep({
        ...known,
        title: known.title ?? String(given.title ?? ""),
        author: known.author ?? String(given.author ?? ""),
        lang: known.lang ?? String(given.lang ?? ""),
        saved: known.saved ?? String(given.saved ?? ""),
        tags: [...new Set([...known.tags, ...texts(given.tags)])],
        marks: [...known.marks, ...marks],
        notes: { ...Object.fromEntries(notes), ...known.notes },
      });
    }
  }
})();
