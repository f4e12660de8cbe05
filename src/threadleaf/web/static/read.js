// Reading by keyboard, and copying: j and k go from post to post, o opens the original, v changes the view, ? tells so.
// Nothing on the page depends on it, and a picture that fails to come gets its box.
"use strict";

(() => {
  const posts = [...document.querySelectorAll(".line > .post")];
  const help = document.getElementById("keys");
  const keys = { j: () => step(1), k: () => step(-1), o: open, v: view, "?": () => help.showModal() };

  if (posts.length > 0) {
    document.addEventListener("keydown", (event) => {
      const typing = event.target.closest("input, textarea, select, [contenteditable], dialog");
      if (typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(keys, event.key)) return;
      event.preventDefault();
      keys[event.key]();
    });
  }

  // A picture that did not come, since nobody could fetch it yet: in its place a box says so, with the way to the original.
  function missed(image) {
    const box = image.closest(".frame")?.parentElement.querySelector(".box[hidden]");
    if (!box) return;
    image.closest(".frame").hidden = true;
    box.hidden = false;
  }
  document.addEventListener("error", (event) => missed(event.target), true);
  document.querySelectorAll(".frame img").forEach((image) => {
    if (image.complete && image.currentSrc && image.naturalWidth === 0) missed(image);
  });

  // The post at the top of the window; -1 above the first.
  function current() {
    const edge = 0.25 * innerHeight;
    return posts.findLastIndex((post) => post.getBoundingClientRect().top <= edge);
  }

  function step(by) {
    const focused = posts.findIndex((post) => post.contains(document.activeElement));
    const post = posts[Math.min(posts.length - 1, Math.max(0, (focused < 0 ? current() : focused) + by))];
    post.scrollIntoView({ block: "start", behavior: "instant" });
    const marks = [...post.querySelectorAll(".no[href], .more > summary")];
    marks.find((mark) => mark.checkVisibility())?.focus({ preventScroll: true });
  }

  function open() {
    const focused = posts.find((post) => post.contains(document.activeElement)) ?? posts[current()];
    (focused?.querySelector(".no[href]") ?? document.querySelector(".original"))?.click();
  }

  function view() {
    document.querySelector(".views a[href]")?.click();
  }

  // Links to a post, and citations: a click copies. Where that is not allowed, the link leads on as it does without script.
  if (!navigator.clipboard) return;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a.here");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    history.replaceState(null, "", link.hash);
    await copied(new URL(link.href).href, link);
  });
  for (const button of document.querySelectorAll("button[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", () => copied(document.getElementById(button.dataset.copies).value, button));
  }

  async function copied(text, beside) {
    const said = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = said.dataset.done;
    } catch {
      said.textContent = said.dataset.failed;
    }
    beside.after(said);
    setTimeout(() => { said.textContent = ""; }, 4000);
  }
})();
