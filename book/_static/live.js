// Runs a chapter's code in its page. Nothing is asked of any host before the reader presses.

const box = document.querySelector(".ltlib-live");
const button = box.querySelector("button");
const status = box.querySelector("[role=status]");

function say(text) {
  if (status.textContent !== text) status.textContent = text;
}

function load({ script, integrity }) {
  return new Promise((resolve, reject) => {
    const element = document.createElement("script");
    Object.assign(element, { src: script, integrity, crossOrigin: "anonymous", onload: resolve });
    element.onerror = () => reject(new Error("Thebe could not be loaded"));
    document.head.append(element);
  });
}

async function connect({ options }) {
  const { api } = window.thebeCore;
  const config = api.makeConfiguration(options, window.thebe.events);
  const server = options.serverSettings ? api.connectToJupyter(config) : api.connectToBinder(config);
  await server.ready;
  const session = await server.startNewSession(api.makeRenderMimeRegistry({ mathjaxUrl: "" }));
  // Widgets of the book come with Thebe; the loader of others would ask two more hosts.
  Object.assign(session.manager._loader, { requested: true });
  session.manager._loader.resolveFn({});
  return { config, session };
}

// Cells run in the order of the page, hidden ones with them: before a cell, those above it.
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
    say("Done. Change a cell and run it again with its button or with Shift and Enter.");
  }
  return (last) => {
    const run = queue.then(() => runTo(last));
    queue = run.catch((error) => say(`Stopped: ${error.message}`));
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
    return result && !result.error ? "" : "a cell failed; its output says why";
  };
}

function place(input) {
  const output = document.createElement("div");
  output.className = "ltlib-live-output";
  output.setAttribute("role", "group");
  output.setAttribute("aria-label", "Output of this run");
  const cell = input.closest(".cell");
  cell.insertBefore(output, cell.querySelector(":scope > .cell_output"));
  return { source: input.firstElementChild, output };
}

function edit(editor, number) {
  // Tab leaves the editor, as it leaves every other field.
  const keys = editor.CodeMirror.getOption("extraKeys");
  editor.CodeMirror.setOption("extraKeys", { ...keys, Tab: false, "Shift-Tab": false });
  editor.querySelector("textarea").setAttribute("aria-label", `Code of cell ${number + 1}`);
}

async function start() {
  const settings = JSON.parse(box.querySelector("script").textContent);
  if (!window.thebeCore) await load(settings);
  const { config, session } = await connect(settings);
  const steps = settings.cells.map(({ source }) => ({ run: hidden(source, session) }));
  const run = runner(steps);
  await run(settings.cells.findIndex((cell) => !cell.hidden) - 1);

  const inputs = [...document.querySelectorAll(".cell_input")];
  const blocks = settings.cells.map(({ source, hidden }, step) => ({ source, hidden, step }));
  const shown = blocks.filter((block) => !block.hidden);
  shown.forEach((block) => { block.id = `live-${block.step}`; });
  const notebook = window.thebeCore.api.setupNotebookFromBlocks(shown, config, session.manager.rendermime);
  notebook.attachSession(session);
  const items = shown.map(({ id }, number) => ({ id, placeholders: place(inputs[number]) }));
  window.thebe.renderAllCells({ mountRunButton: true }, notebook, items);
  document.querySelectorAll(".ltlib-live ~ * .CodeMirror, .thebe-cell .CodeMirror").forEach(edit);
  for (const [number, cell] of notebook.cells.entries()) {
    const { step } = shown[number];
    steps[step].run = visible(cell);
    cell.execute = () => run(step);
  }
  button.textContent = "Run all cells";
  button.onclick = () => run(steps.length - 1);
}

button.onclick = async () => {
  button.disabled = true;
  say("Asking for a machine. This can take some minutes.");
  await start().catch((error) => say(`No kernel: ${error.message ?? error}. The page stays as it was.`));
  button.disabled = false;
};
box.hidden = false;
