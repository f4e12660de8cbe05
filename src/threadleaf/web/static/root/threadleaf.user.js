// ==UserScript==
// @name         Read as a page ({{ host }})
// @namespace    {{ origin }}
// @version      1.0
// @description  Adds “Read as a page” to posts on Bluesky, X and Mastodon servers.
// @match        https://bsky.app/*
// @match        https://x.com/*
// @match        https://*/@*
// @grant        none
// ==/UserScript==
"use strict";

(() => {
  const ORIGIN = "{{ origin }}";
  // A post, and what in it leads to the post's own address.
  const PLACES = {
    "bsky.app": ['[data-testid^="feedItem-by-"], [data-testid^="postThreadItem-by-"]', 'a[href*="/post/"]'],
    "x.com": ['article[data-testid="tweet"]', 'a[href*="/status/"]:has(time)'],
  };
  const MASTODON = [".status, .detailed-status", "a.status__relative-time, a.detailed-status__datetime"];
  const place = PLACES[location.hostname] ?? (document.getElementById("mastodon") && MASTODON);
  if (!place) return;

  function add(post) {
    if (post.dataset.threadleaf) return;
    const own = post.querySelector(place[1])?.href;
    // The post that is open on its own page has no link to itself on Bluesky.
    const address = own ?? (/\/post\/|\/status\//.test(location.pathname) ? location.origin + location.pathname : "");
    if (!address) return;
    post.dataset.threadleaf = "1";
    const link = document.createElement("a");
    link.href = `${ORIGIN}/${address.split(/[?#]/)[0]}`;
    link.textContent = "Read as a page";
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.style.cssText = "display:block;padding:4px 12px;font-size:13px;color:inherit;opacity:.8";
    link.addEventListener("click", (event) => event.stopPropagation());
    post.append(link);
  }

  const look = () => document.querySelectorAll(place[0]).forEach(add);
  let waiting = false;
  new MutationObserver(() => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      look();
    });
  }).observe(document.body, { childList: true, subtree: true });
  look();
})();
