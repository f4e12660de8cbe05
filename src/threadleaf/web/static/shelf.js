// What is saved on this device: pages, and what their reader keeps about them, in the browser's own cache.
// A record: {path (with the view and the branch that are read), title, author, saved, tags: [text], marks: [{post, start, end, text}], notes: {post: text}, gone}.
"use strict";

const shelf = (() => {
  const SAVED = "threadleaf-saved";
  const ABOUT = "/saved/about";
  const cache = () => caches.open(SAVED);

  async function record(path) {
    const found = await (await cache()).match(ABOUT + path);
    return found ? found.json() : null;
  }

  async function keep(record) {
    await (await cache()).put(ABOUT + record.path, Response.json(record));
  }

  async function records() {
    const saved = await cache();
    const keys = (await saved.keys()).filter((key) => new URL(key.url).pathname.startsWith(ABOUT + "/"));
    const found = await Promise.all(keys.map(async (key) => (await saved.match(key)).json()));
    return found.sort((one, other) => (other.saved ?? "").localeCompare(one.saved ?? ""));
  }

  class Unreachable extends Error {}

  // Save the page at an address with what it was drawn with; `parts` are addresses on our own host. The record, by which it
  // is listed, comes last: what is cut off on the way is not saved. Throws Unreachable (the site does not answer), or what
  // a browser says that keeps nothing.
  async function save(record, address, parts) {
    const [page, list] = await Promise.all([address, "/saved"].map(got));
    if (!page.ok || !list.ok) throw new Unreachable(`${address}: ${page.status}, /saved: ${list.status}`);
    await register();
    const saved = await cache();
    const own = (await list.clone().text()).match(/\/static\/[0-9a-f]{8}\/[A-Za-z0-9._/-]+/g) ?? [];
    await saved.put("/saved", list);
    await Promise.all([...new Set([...parts, ...own])].map(async (part) => {
      const answer = await got(part);
      if (answer.status === 200) await saved.put(part, answer); // the page is readable without what is not there any more
    }));
    await saved.put(record.path, page);
    await keep(record);
  }

  async function got(address) {
    try {
      return await fetch(address);
    } catch (error) {
      throw new Unreachable(address, { cause: error });
    }
  }

  async function drop(path) {
    const saved = await cache();
    await Promise.all([saved.delete(path), saved.delete(ABOUT + path)]);
  }

  async function register() {
    if (!("serviceWorker" in navigator)) throw new TypeError("no service worker");
    const address = "/sw.js";
    const policy = window.trustedTypes?.createPolicy("threadleaf-sw", { createScriptURL: () => address });
    await navigator.serviceWorker.register(policy ? policy.createScriptURL("") : address);
    await navigator.serviceWorker.ready;
  }

  return { Unreachable, record, records, keep, save, drop };
})();
