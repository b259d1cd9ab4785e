// Beneath the graph of related works: what is known of the work that was chosen, with its link.

function line(text) {
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  return paragraph;
}

function told(work) {
  const link = document.createElement("a");
  link.href = work.link;
  link.textContent = work.title;
  const title = line("");
  title.append(link);
  const relation = work.relation === "cites" ? "Cites the paper" : "Cited by the paper";
  const facts = [work.year, work.venue, relation, work.theme].filter(Boolean).join(" · ");
  const earlier = work.earlier_title ? [line(`First called “${work.earlier_title}”`)] : [];
  return [title, line(work.authors), line(facts), ...earlier];
}

document.addEventListener("charted", ({ target: figure }) => {
  if (!figure.classList.contains("ltlib-related")) return;
  const details = document.createElement("div");
  details.className = "ltlib-details";
  details.setAttribute("role", "status");
  details.append(line("Choose a work to read who wrote it, and to open it."));
  figure.querySelector(".ltlib-chart").after(details);
  figure.chart.addSignalListener("chosen", (name, work) => details.replaceChildren(...told(work)));
});
