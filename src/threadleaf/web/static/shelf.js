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

  // Save the page at an address with what it was drawn with; `parts` are addresses on our own host.
  async function save(record, address, parts) {
    await register();
    const saved = await cache(), answer = await fetch(address);
    if (!answer.ok) throw new TypeError(`${address}: ${answer.status}`);
    await saved.put(record.path, answer);
    await saved.add("/saved");
    const list = await (await saved.match("/saved")).text();
    const own = list.match(/\/static\/[0-9a-f]{8}\/[A-Za-z0-9._/-]+/g) ?? [];
    await Promise.all([...new Set([...parts, ...own])].map((part) => saved.add(part).catch(() => undefined)));
    await keep(record);
  }

  async function drop(path) {
    const saved = await cache();
    await Promise.all([saved.delete(path), saved.delete(ABOUT + path)]);
  }

  async function register() {
    if (!("serviceWorker" in navigator)) return;
    const address = "/sw.js";
    const policy = window.trustedTypes?.createPolicy("threadleaf-sw", { createScriptURL: () => address });
    await navigator.serviceWorker.register(policy ? policy.createScriptURL("") : address);
    await navigator.serviceWorker.ready;
  }

  return { record, records, keep, save, drop };
})();
