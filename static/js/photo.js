// Photos are turned upright, made smaller and stripped of their hidden data (place, device) before they are
// sent; then the form goes up with a percentage. Any trouble: the form is sent as it is.
import { settle } from "./page.js";

const LONGEST_SIDE = 2000;
const SMALL_ENOUGH = 1024 * 1024;

const size = (bytes) => (bytes < 1024 * 1024 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
const fill = (text, facts) => text.replace(/\{(\w+)\}/g, (_all, name) => facts[name] ?? "");

async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

function watch(input) {
  const note = Object.assign(document.createElement("p"), { className: "upload-note" });
  note.setAttribute("role", "status");
  const look = Object.assign(document.createElement("img"), { className: "upload-look", alt: input.dataset.lookAlt, hidden: true });
  input.after(note, look);
  input.addEventListener("change", async () => {
    const file = input.files[0];
    look.hidden = true;
    note.textContent = "";
    if (!file || !file.type.startsWith("image/")) return;
    let kept = file;
    try {
      const smaller = await shrink(file);
      if (smaller.size < file.size || file.size > SMALL_ENOUGH) kept = smaller;
    } catch {
      return;
    }
    if (kept !== file) {
      const bag = new DataTransfer();
      bag.items.add(kept);
      input.files = bag.files;
    }
    note.textContent = fill(input.dataset.shrink, { before: size(file.size), after: size(kept.size) });
    URL.revokeObjectURL(look.src);
    look.src = URL.createObjectURL(kept);
    look.hidden = false;
  });
  input.form?.addEventListener("submit", (event) => send(event, input, note));
}

function send(event, input, note) {
  if (!input.files.length) return;
  event.preventDefault();
  const form = event.target;
  const content = new FormData(form, event.submitter);
  const request = new XMLHttpRequest();
  request.upload.addEventListener("progress", (step) => {
    if (step.lengthComputable) {
      note.textContent = fill(input.dataset.sending, { percent: Math.floor((step.loaded / step.total) * 100) });
    }
  });
  request.addEventListener("error", () => { note.textContent = input.dataset.broken; });
  request.addEventListener("load", () => {
    if (request.status < 400) { location.assign(request.responseURL); return; }
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    document.title = page.title;
    document.querySelector("main").replaceWith(page.querySelector("main"));
    for (const one of document.querySelectorAll("[data-shrink]")) watch(one);
    settle();
  });
  request.open("POST", form.action);
  request.send(content);
}

for (const input of document.querySelectorAll("[data-shrink]")) watch(input);
