// The board: reads and changes notes through the API, and redraws the list.
const list = document.querySelector("#notes");
const count = document.querySelector("#count");
const empty = document.querySelector("#empty");
const problem = document.querySelector("#problem");
const form = document.querySelector("#new-note");

// Relative, so that the page also works below a path of a proxy.
async function call(method, path, body) {
  const answer = await fetch(`api/${path}`, {
    method,
    headers: body ? { "Content-Type": "application/json" } : {},
    body: body ? JSON.stringify(body) : undefined,
  });
  const document = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) {
    throw new Error(document.error);
  }
  return document;
}

function draw(notes) {
  const open = notes.filter((note) => !note.done).length;
  count.textContent = `${open} of ${notes.length} open`;
  empty.hidden = notes.length > 0;
  list.replaceChildren(...notes.map(card));
}

function card(note) {
  const item = document.createElement("li");
  item.classList.toggle("done", note.done);

  const box = document.createElement("input");
  box.type = "checkbox";
  box.checked = note.done;
  box.setAttribute("aria-label", `Done: ${note.text}`);
  box.addEventListener("change", () =>
    change("PATCH", `notes/${note.id}`, { done: box.checked }),
  );

  const text = document.createElement("span");
  text.textContent = note.text;

  const remove = document.createElement("button");
  remove.textContent = "Take down";
  remove.setAttribute("aria-label", `Take down: ${note.text}`);
  remove.addEventListener("click", () => change("DELETE", `notes/${note.id}`));

  item.append(box, text, remove);
  return item;
}

async function change(method, path, body) {
  try {
    await call(method, path, body);
    problem.hidden = true;
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
  }
  await refresh();
}

async function refresh() {
  const { notes } = await call("GET", "notes");
  draw(notes);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const text = form.elements.text.value;
  form.reset();
  await change("POST", "notes", { text });
});

refresh();
