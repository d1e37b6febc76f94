// Papers can be looked at closely: larger, turned, by keys while one of them has the focus. Without scripts each
// picture is a link to itself in full size. Nothing is decided by a key: Y and N only go to the button.
import { say } from "./page.js";

const LARGEST = 4;

// A turned picture keeps the box it had; the margins make the box as wide and as high as what is seen.
function settle(picture, turns) {
  const over = turns % 2 ? (picture.offsetWidth - picture.offsetHeight) / 2 : 0;
  picture.style.marginBlock = over ? `${over}px` : "";
  picture.style.marginInline = over ? `${-over}px` : "";
}

function viewer(place) {
  const papers = [...place.querySelectorAll("[data-paper]")];
  for (const one of place.querySelectorAll(".viewer-tools")) one.hidden = false;

  const show = (paper, scale, turns) => {
    const picture = paper.querySelector("img");
    paper.dataset.scale = scale;
    paper.dataset.turns = turns;
    picture.closest(".viewer-frame").classList.toggle("is-large", scale > 1 || turns % 2 === 1);
    picture.style.width = scale > 1 ? `${scale * 100}%` : "";
    picture.style.rotate = turns ? `${turns * 90}deg` : "";
    if (picture.complete) settle(picture, turns);
    else picture.addEventListener("load", () => settle(picture, Number(paper.dataset.turns)), { once: true });
    say(`${Math.round(scale * 100)}% ${turns * 90}°`);
  };
  const act = (paper, what) => {
    if (!paper.querySelector("img")) return;
    const scale = Number(paper.dataset.scale ?? 1);
    const turns = Number(paper.dataset.turns ?? 0);
    if (what === "in") show(paper, Math.min(LARGEST, scale + 0.5), turns);
    if (what === "out") show(paper, Math.max(1, scale - 0.5), turns);
    if (what === "turn") show(paper, scale, (turns + 1) % 4);
    if (what === "reset") show(paper, 1, 0);
  };
  const go = (paper, step) => {
    const next = papers[papers.indexOf(paper) + step];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };

  place.addEventListener("click", (event) => {
    const button = event.target.closest("[data-view]");
    if (button) act(button.closest("[data-paper]"), button.dataset.view);
  });
  place.addEventListener("keydown", (event) => {
    const paper = event.target.closest("[data-paper]");
    if (!paper || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const keys = { "+": "in", "=": "in", "-": "out", r: "turn", 0: "reset" };
    if (key in keys) act(paper, keys[key]);
    else if (key === "j" || key === "k") go(paper, key === "j" ? 1 : -1);
    else if (key === "y") document.querySelector("form[action$='/pass'] button")?.focus();
    else if (key === "n") document.querySelector("[data-key-no]")?.focus();
    else return;
    event.preventDefault();
  });
  for (const paper of papers) paper.tabIndex = 0;
}

for (const place of document.querySelectorAll("[data-viewer]")) viewer(place);
