// Choices can also be dragged with a mouse. The buttons do the same; dropping presses them, so to speak.
function watch(list) {
  let dragged = null;
  for (const item of list.children) item.draggable = true;

  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("li");
    dragged?.classList.add("is-dragged");
    event.dataTransfer.effectAllowed = "move";
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("li");
    if (!dragged || !over || over === dragged) return;
    event.preventDefault();
    const middle = over.getBoundingClientRect();
    list.insertBefore(dragged, event.clientY < middle.top + middle.height / 2 ? over : over.nextSibling);
  });
  list.addEventListener("drop", (event) => event.preventDefault());
  list.addEventListener("dragend", () => {
    dragged.classList.remove("is-dragged");
    const form = dragged.querySelector("form");
    const place = [...list.children].indexOf(dragged) + 1;
    const from = Number(form.elements.rank.value);
    dragged = null;
    if (place === from) return;
    for (const [name, value] of [["action", "place"], ["to", place]]) {
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
    }
    form.submit();
  });
}

for (const list of document.querySelectorAll("[data-drag]")) watch(list);
