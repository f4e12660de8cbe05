// Threads saved on this device can be read without a network. Nothing else is kept: whatever was not saved by hand
// is fetched as if this worker were not there.
"use strict";

const SAVED = "threadleaf-saved";
const ABOUT = "/saved/about"; // + the path of a page: what the reader keeps about it
const SHOWN = ["view", "line", "v"]; // what an address may name of a page, in this order
const ASSET = /\/static\/[0-9a-f]{8}\/[A-Za-z0-9._/-]+/g;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event.request, url));
  else if (/^\/(static|media)\//.test(url.pathname)) event.respondWith(part(event.request));
});

async function page(request, url) {
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    const saved = await caches.open(SAVED), name = called(url);
    return (name && (await saved.match(name))) ?? (await saved.match("/saved")) ?? Response.error();
  }
  await follow(url, answer);
  return answer;
}

// What a page is saved as: its path with the view, the branch and the version that it shows, and nothing else; in which
// language it is does not matter. Null for what is another page, such as a citation.
function called(url) {
  const asked = [...url.searchParams].filter(([name]) => name !== "lang");
  if (asked.some(([name]) => !SHOWN.includes(name))) return null;
  const own = url.pathname.startsWith("/t/x/") ? "posts" : "article"; // where an address names no view
  const known = SHOWN.map((name) => [name, url.searchParams.get(name)]);
  const named = known.filter(([name, value]) => value && !(name === "view" && value === own));
  return url.pathname + (named.length ? `?${new URLSearchParams(named)}` : "");
}

async function part(request) {
  return (await caches.match(request, { cacheName: SAVED })) ?? fetch(request);
}

// A saved copy becomes what the page is now, and goes when the page is gone.
async function follow(url, answer) {
  const saved = await caches.open(SAVED), name = called(url);
  if (answer.status === 410) await Promise.all((await forms(saved, url.pathname)).map((form) => taken(saved, form)));
  else if (answer.status === 404 && name && url.searchParams.has("v")) await taken(saved, name);
  else if (answer.ok && name && (await saved.match(name))) await renewed(saved, name, answer.clone());
}

// All that is saved of the page at a path: its views, its branches.
async function forms(saved, path) {
  const places = (await saved.keys()).map((key) => new URL(key.url)).filter((place) => place.pathname === path);
  return places.map((place) => place.pathname + place.search);
}

async function renewed(saved, path, answer) {
  const named = (await answer.clone().text()).match(ASSET) ?? [];
  for (const asset of new Set(named)) {
    if (!(await saved.match(asset))) await saved.add(asset).catch(() => undefined); // the page is readable without
  }
  await saved.put(path, answer);
}

// Of a page that was taken down nothing of its author's stays; a reader's own notes are the reader's.
async function taken(saved, path) {
  await saved.delete(path);
  const about = await saved.match(ABOUT + path);
  if (!about) return;
  const notes = (await about.json()).notes ?? {};
  if (Object.keys(notes).length === 0) await saved.delete(ABOUT + path);
  else await saved.put(ABOUT + path, Response.json({ path, gone: true, tags: [], marks: [], notes }));
}
