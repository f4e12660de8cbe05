// Threads saved on this device can be read without a network. Nothing else is kept: whatever was not saved by hand
// is fetched as if this worker were not there.
"use strict";

const SAVED = "threadleaf-saved";
const ABOUT = "/saved/about"; // + the path of a page: what the reader keeps about it
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
    const saved = await caches.open(SAVED);
    return (await saved.match(url.pathname)) ?? (await saved.match("/saved")) ?? Response.error();
  }
  await follow(url.pathname, url.search, answer);
  return answer;
}

async function part(request) {
  return (await caches.match(request, { cacheName: SAVED })) ?? fetch(request);
}

// A saved copy becomes what the page is now, and goes when the page is gone.
async function follow(path, search, answer) {
  const saved = await caches.open(SAVED);
  if (!(await saved.match(path))) return;
  if (answer.status === 410) await taken(saved, path);
  else if (answer.ok && search === "") await renewed(saved, path, answer.clone());
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
