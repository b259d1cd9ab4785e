// How often the networks were right at each sparsity: a curve for each strategy, round by round.

const watchedCurve = (() => {
  const { disc, line, prepared } = watchedDrawing;
  const { ROUNDS, sparsityAt } = watchedTicket;
  const LOWEST = 0.4; // accuracy at the foot

  function drawAxes({ pen, colour }, across, down) {
    Object.assign(pen, { fillStyle: colour("ink"), lineWidth: 1, strokeStyle: colour("grid") });
    pen.textAlign = "right";
    for (const share of [0.5, 0.75, 1]) {
      line(pen, across(-0.3), down(share), across(ROUNDS + 0.3), down(share));
      pen.fillText(`${100 * share}%`, across(-0.3) - 5, down(share) + 4);
    }
    pen.textAlign = "center";
    for (let round = 0; round <= ROUNDS; round++) {
      pen.fillText((100 * sparsityAt(round)).toFixed(0), across(round), down(LOWEST) + 4);
    }
    pen.fillText("sparsity (%), one tick a round", across(ROUNDS / 2), down(LOWEST) + 20);
    pen.textAlign = "left";
    pen.fillText("held-out points judged rightly", across(-0.3), 18);
  }

  // Where each curve ends; names that would touch make room for each other.
  function drawNames(pen, chains, across, down, colour) {
    const ends = chains.filter(({ history }) => history.length).map(({ strategy, history }) => {
      const { round, test } = history.at(-1);
      return { strategy, x: across(round) + 9, y: down(test) + 4 };
    });
    if (ends.length === 2 && Math.abs(ends[0].y - ends[1].y) < 14) {
      const [upper, lower] = ends[0].y <= ends[1].y ? ends : [...ends].reverse();
      const middle = (upper.y + lower.y) / 2;
      [upper.y, lower.y] = [middle - 7, middle + 7];
    }
    pen.fillStyle = colour("ink");
    for (const { strategy, x, y } of ends) pen.fillText(strategy, x, y);
  }

  // Reset in full lines and discs, random in broken lines and squares, each with its name.
  function drawCurve(canvas, chains) {
    const page = prepared(canvas);
    const { pen, width, height, colour } = page;
    const across = (round) => 52 + ((width - 126) * (round + 0.3)) / (ROUNDS + 0.6);
    const down = (share) => 32 + ((1 - share) / (1 - LOWEST)) * (height - 66);
    drawAxes(page, across, down);
    for (const { strategy, history } of [...chains].reverse()) {
      const dots = history.map(({ round, test }) => [across(round), down(Math.max(test, LOWEST))]);
      const own = colour(strategy);
      Object.assign(pen, { strokeStyle: own, fillStyle: own, lineWidth: 2 });
      pen.setLineDash(strategy === "reset" ? [] : [6, 3]);
      dots.slice(1).forEach((dot, i) => line(pen, ...dots[i], ...dot));
      pen.setLineDash([]);
      for (const [x, y] of dots) {
        if (strategy === "reset") disc(pen, x, y, 3.5, own, own);
        else pen.fillRect(x - 4, y - 4, 8, 8);
      }
    }
    drawNames(pen, chains, across, down, colour);
  }

  return { drawCurve };
})();
