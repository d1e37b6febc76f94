// A region that changes while a task runs is fetched again in place; its word is read out when it changes.
import { say } from "./page.js";

function follow(region) {
  const seconds = Number(region.dataset.pollSeconds || 3);
  let word = wordOf(region);
  region.removeAttribute("aria-live");

  async function refresh() {
    if (document.hidden) return true;
    const answer = await fetch(region.dataset.poll, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer || answer.redirected || !answer.ok) return answer === null || answer.status >= 500;
    const text = await answer.text();
    const focused = region.contains(document.activeElement) ? document.activeElement.textContent.trim() : null;
    region.innerHTML = text;
    if (focused !== null) {
      const again = [...region.querySelectorAll("a, button, summary")].find((one) => one.textContent.trim() === focused);
      again?.focus();
    }
    const now = wordOf(region);
    if (now !== word) say(now);
    word = now;
    return region.querySelector("[data-live]")?.dataset.live === "yes";
  }

  async function turn() {
    if (await refresh()) setTimeout(turn, seconds * 1000);
    else if (region.dataset.pollDone === "reload") location.reload();
  }
  setTimeout(turn, seconds * 1000);
}

function wordOf(region) {
  const said = region.querySelector("[data-say]") ?? region.querySelector(".tag");
  return said ? said.textContent.trim() : "";
}

for (const region of document.querySelectorAll("[data-poll]")) follow(region);
