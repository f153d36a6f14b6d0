// Keeps the list fresh without moving the reader's focus; the page works without it.
"use strict";

const EVERY = 4000;
const pause = document.getElementById("pause");
const news = document.getElementById("news");
let paused = false;

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  news.textContent = paused ? "Uppdateringen är pausad." : "";
});

async function refresh() {
  const list = document.getElementById("list");
  const response = await fetch(location.href, { cache: "no-store" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.getElementById("list");
  if (paused || !fresh || fresh.dataset.version === list.dataset.version) return;
  const more = newest(fresh) - newest(list);
  const focused = list.contains(document.activeElement)
    ? document.activeElement.getAttribute("href")
    : null;
  list.replaceWith(document.adoptNode(fresh));
  if (focused) fresh.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  if (more > 0) news.textContent = more === 1 ? "Ett nytt mejl." : `${more} nya mejl.`;
}

function newest(list) {
  return Number(list.dataset.version.split("-")[0]);
}

async function keepFresh() {
  // A server that is away for a moment is no news: the next round asks again.
  if (!paused && !document.hidden) await refresh().catch(() => {});
  setTimeout(keepFresh, EVERY);
}

setTimeout(keepFresh, EVERY);
