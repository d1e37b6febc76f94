// What every page does more with scripts on. Without scripts nothing is lost.

// The outcome of an action or the list of errors takes the focus, unless the address names a place to go to.
export function settle(root = document) {
  const place = location.hash && document.getElementById(location.hash.slice(1));
  const told = root.querySelector("[data-focus]");
  if (place) {
    if (!place.matches("a, button, input, select, textarea")) place.setAttribute("tabindex", "-1");
    place.focus();
    if (told) say(told.textContent.trim());
  } else {
    told?.focus();
  }
}

// Read a sentence out without moving the focus.
export function say(text) {
  let line = document.getElementById("said");
  if (!line) {
    line = Object.assign(document.createElement("div"), { id: "said", className: "visually-hidden" });
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  setTimeout(() => { line.textContent = text; }, 150);
}

// Menus close on Escape and on a click elsewhere.
function closeMenus(event) {
  for (const menu of document.querySelectorAll(".menu details[open]")) {
    const inside = menu.contains(event.target);
    if (event.type === "click" && inside) continue;
    if (event.type === "keydown" && inside) menu.querySelector("summary").focus();
    menu.open = false;
  }
}
document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(event); });

// Two minutes before the sign-in ends, ask whether to go on.
function watchSession(dialog) {
  const warn = () => {
    dialog.showModal();
    document.title = `${dialog.dataset.title} - ${document.title}`;
  };
  const start = (end) => setTimeout(warn, Math.max(0, Math.min(end - Date.now() - 120000, 2 ** 31 - 1)));
  const title = document.title;
  const form = dialog.querySelector("form");
  let timer = start(Date.parse(dialog.dataset.endsAt));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await fetch(form.action, {
      method: "POST", body: new FormData(form), headers: { Accept: "application/json" },
    }).catch(() => null);
    const known = answer?.ok && !answer.redirected ? await answer.json() : null;
    if (!known) { location.reload(); return; }
    clearTimeout(timer);
    timer = start(Date.parse(known.ends_at));
    document.title = title;
    dialog.close();
  });
}
const dialog = document.querySelector("dialog[data-ends-at]");
if (dialog) watchSession(dialog);

if (document.querySelector("[data-poll]")) import("./live.js");
if (document.querySelector("[data-shrink]")) import("./photo.js");
if (document.querySelector("[data-drag]")) import("./drag.js");
if (document.querySelector("[data-viewer]")) import("./papers.js");
if (document.querySelector("[data-grid]")) import("./grid.js");

settle();
