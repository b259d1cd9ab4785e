// Runs a chapter's code in its page. No host is asked for anything before the reader presses.

const box = document.querySelector(".ltlib-live");
const button = box.querySelector("button");
const status = box.querySelector("[role=status]");
const ROOT = document.documentElement;

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function load({ script, integrity }) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: script, integrity, crossOrigin: "anonymous", onload: resolve });
    element.onerror = () => reject(new Error("The program that runs the code could not be loaded"));
    document.head.append(element);
  });
}

async function connect({ options }) {
  const { api } = window.thebeCore;
  const config = api.makeConfiguration(options, window.thebe.events);
  const server = options.serverSettings ? api.connectToJupyter(config) : api.connectToBinder(config);
  const mime = api.makeRenderMimeRegistry({ mathjaxUrl: "" });
  const path = `${Date.now()}.ipynb`; // of its own: a server gives one kernel to one path
  const session = await server.ready.then(() => server.startNewSession(mime, { path })).catch(() => {
    throw new Error("No machine could be started");
  });
  // The book's widgets come with Thebe; the loader of others would ask two more hosts.
  session.manager._loader.requested = true;
  session.manager._loader.resolveFn({});
  const { baseUrl, token } = server.settings;
  addEventListener("pagehide", () => {
    const headers = { Authorization: `token ${token}` };
    fetch(`${baseUrl}api/sessions/${session.id}`, { method: "DELETE", keepalive: true, headers });
  });
  return { config, session };
}

// A run of a step runs those above it first, unless they have run: hidden ones with the shown.
function runner(steps) {
  let queue = Promise.resolve();
  async function runTo(last) {
    for (const [number, step] of steps.slice(0, last + 1).entries()) {
      if (step.done && number < last) continue;
      say("Running …");
      const problem = await step.run().catch((error) => error.message);
      step.done = !problem;
      if (problem) throw new Error(problem);
    }
  }
  return (last) => {
    const run = queue.then(() => runTo(last));
    queue = run.catch(() => {});
    return run;
  };
}

function hidden(source, session) {
  return async () => {
    const { content } = await session.kernel.requestExecute({ code: source, silent: true }).done;
    return content.status === "ok" ? "" : `${content.ename}: ${content.evalue}`;
  };
}

function visible(cell) {
  const execute = cell.execute.bind(cell);
  return async () => {
    window.thebe.setButtonsBusy(cell.id);
    const result = await execute(cell.source);
    window.thebe.clearButtonsBusy(cell.id);
    if (result) return result.error ? "a cell failed, and its output says why" : "";
    cell.clear();
    return "the kernel died; run a cell again, and those above it run first";
  };
}

// What a run shows stands above what is printed, named so that both can be told apart.
function place(input) {
  const cell = input.closest(".cell");
  const printed = cell.querySelector(":scope > .cell_output");
  const output = document.createElement("div");
  Object.assign(output, { className: "ltlib-live-output", role: "group" });
  output.setAttribute("aria-label", "Output of this run");
  new MutationObserver(() => {
    for (const image of output.querySelectorAll("img:not([alt])")) {
      image.alt = printed?.querySelector("img")?.alt ?? "Figure of this run";
    }
    for (const table of output.querySelectorAll(".ltlib-table[aria-label]:not([data-of-run])")) {
      table.setAttribute("aria-label", `${table.getAttribute("aria-label")} (this run)`);
      table.dataset.ofRun = "";
    }
  }).observe(output, { childList: true, subtree: true });
  cell.insertBefore(output, printed);
  return { source: input.firstElementChild, output };
}

function theme() {
  return ROOT.dataset.theme === "dark" ? "abcdef" : "default";
}

function finish(cell, number) {
  const editor = cell.querySelector(".CodeMirror");
  const keys = editor.CodeMirror.getOption("extraKeys");
  // Tab leaves the editor, as it leaves every other field.
  editor.CodeMirror.setOption("extraKeys", { ...keys, Tab: false, "Shift-Tab": false });
  editor.querySelector("textarea").setAttribute("aria-label", `Code of cell ${number + 1}`);
  cell.querySelector(".thebe-run-button").setAttribute("aria-label", `run cell ${number + 1}`);
  new MutationObserver(() => editor.CodeMirror.setOption("theme", theme())).observe(ROOT, {
    attributeFilter: ["data-theme"],
  });
}

function makeLive(settings, steps, run, { config, session }) {
  const shown = settings.cells.flatMap(({ source, hidden }, step) => (hidden ? [] : { source, step }));
  const blocks = shown.map(({ source, step }) => ({ source, id: `live-${step}` }));
  const mime = session.manager.rendermime;
  const notebook = window.thebeCore.api.setupNotebookFromBlocks(blocks, config, mime);
  notebook.attachSession(session);
  const inputs = document.querySelectorAll(".cell_input");
  const items = blocks.map(({ id }, number) => ({ id, placeholders: place(inputs[number]) }));
  const codeMirrorConfig = { lineNumbers: false, lineWrapping: true, theme: theme() };
  window.thebe.renderAllCells({ mountRunButton: true, codeMirrorConfig }, notebook, items);
  document.querySelectorAll(".thebe-cell").forEach(finish);
  notebook.cells.forEach((cell, number) => {
    const { step } = shown[number];
    steps[step].run = visible(cell);
    cell.execute = () => run(step);
  });
}

async function start() {
  const settings = JSON.parse(box.querySelector("script").textContent);
  if (!window.thebeCore) await load(settings);
  const live = await connect(settings);
  const steps = settings.cells.map(({ source }) => ({ run: hidden(source, live.session) }));
  const runTo = runner(steps);
  await runTo(settings.cells.findIndex((cell) => !cell.hidden) - 1);
  const ready = "Change a cell and run it with its button, or with Shift and Enter.";
  const run = (last) => runTo(last).then(
    () => say(`Done. ${ready}`),
    (error) => say(`Stopped: ${error.message}.`),
  );
  makeLive(settings, steps, run, live);
  live.session.kernel.statusChanged.connect((_, state) => {
    if (state === "autorestarting") steps.forEach((step) => { step.done = false; });
  });
  button.textContent = "Run all cells";
  button.onclick = () => run(steps.length - 1);
  say(`Ready. ${ready}`);
}

button.onclick = async () => {
  button.disabled = true;
  say("Asking for a machine. This can take some minutes.");
  await start().catch((error) => say(`${error.message}. The page stays as it was.`));
  button.disabled = false;
};
box.hidden = false;
