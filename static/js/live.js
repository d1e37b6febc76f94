// A region that changes while a task runs is fetched again in place; its word is read out when it changes.
// The address may give just the region's inside, or the whole page: then the same region is taken from it.
import { say } from "./page.js";

function insideOf(text, address) {
  const page = new DOMParser().parseFromString(text, "text/html");
  const whole = page.querySelector("main");
  if (!whole) return { html: text, goesOn: page.querySelector("[data-live]")?.dataset.live === "yes" };
  const same = [...page.querySelectorAll("[data-poll]")].find((one) => one.dataset.poll === address);
  return { html: same?.innerHTML, goesOn: Boolean(same), title: page.title };
}

function follow(region) {
  const seconds = Number(region.dataset.pollSeconds || 3);
  let word = wordOf(region);
  region.removeAttribute("aria-live");

  async function refresh() {
    if (document.hidden) return true;
    const answer = await fetch(region.dataset.poll, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer || answer.status >= 500) return true;
    if (answer.redirected || !answer.ok) return false;
    const found = insideOf(await answer.text(), region.dataset.poll);
    if (found.html === undefined) {
      location.reload();
      return false;
    }
    show(region, found.html);
    const now = wordOf(region);
    if (now !== word) say(now);
    word = now;
    return found.goesOn;
  }

  async function turn() {
    if (await refresh()) setTimeout(turn, seconds * 1000);
  }
  setTimeout(turn, seconds * 1000);
}

function show(region, html) {
  const focused = region.contains(document.activeElement) ? document.activeElement.textContent.trim() : null;
  region.innerHTML = html;
  if (focused === null) return;
  [...region.querySelectorAll("a, button, summary")].find((one) => one.textContent.trim() === focused)?.focus();
}

function wordOf(region) {
  const said = region.querySelector("[data-say], .stage-now .stage-label, .tag");
  return said ? said.textContent.trim() : "";
}

for (const region of document.querySelectorAll("[data-poll]")) follow(region);
