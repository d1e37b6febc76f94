// A grid of numbers: arrow keys move between cells, a block copied from a spreadsheet can be pasted, totals
// follow while typing, changed cells are marked. Without scripts the form saves just the same.
const number = (text) => { const found = Number.parseInt(text, 10); return Number.isFinite(found) ? found : 0; };

function watch(form) {
  const table = form.querySelector("table");
  const rows = [...table.tBodies[0].rows].filter((row) => row.querySelector("input"));
  const cellAt = (row, column) => rows[row]?.cells[column]?.querySelector("input");
  const place = (input) => [rows.indexOf(input.closest("tr")), input.closest("td").cellIndex];

  function sum() {
    for (const row of table.tBodies[0].rows) {
      const total = row.querySelector("[data-row-total]");
      if (total) total.textContent = [...row.cells].slice(1, total.cellIndex).reduce((all, cell) => all + valueOf(cell), 0);
    }
    for (const total of table.tFoot?.querySelectorAll("[data-column-total]") ?? []) {
      const cell = total.closest("td");
      const found = columnSum(table, cell.cellIndex);
      total.textContent = found;
      if (!cell.dataset.most) continue;
      const over = found > number(cell.dataset.most);
      cell.classList.toggle("grid-over", over);
      cell.querySelector("[data-over]").hidden = !over;
    }
    const whole = table.tFoot?.querySelector("[data-grid-total]");
    if (whole) whole.textContent = columnSum(table, whole.cellIndex);
    for (const input of form.querySelectorAll("[data-saved]")) {
      input.classList.toggle("is-changed", input.value !== input.dataset.saved);
    }
  }

  form.addEventListener("input", sum);
  form.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || event.altKey || event.ctrlKey || !event.target.matches("td input")) return;
    const [row, column] = place(event.target);
    const next = cellAt(row + step[0], column + step[1]);
    event.preventDefault();
    next?.focus();
    next?.select();
  });
  form.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain").replace(/\r/g, "").replace(/\n$/, "");
    if (!event.target.matches("td input") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const [row, column] = place(event.target);
    text.split("\n").forEach((line, down) => line.split("\t").forEach((value, right) => {
      const input = cellAt(row + down, column + right);
      if (input && /^\d+$/.test(value.trim())) input.value = value.trim();
    }));
    sum();
  });
  sum();
}

const valueOf = (cell) => number(cell.querySelector("input")?.value ?? cell.firstChild?.textContent);
const columnSum = (table, column) => [...table.tBodies[0].rows]
  .filter((row) => row.querySelector("[data-row-total]"))
  .reduce((all, row) => all + valueOf(row.cells[column]), 0);

for (const form of document.querySelectorAll("[data-grid]")) watch(form);
