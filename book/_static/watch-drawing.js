// How a network on points in the plane is drawn: every weight a line, and what it takes each place
// of the plane for.

const watchedDrawing = (() => {
  const { SIZES, belief, roomForUnits } = watchedNetwork;
  const { WEIGHTS, survivors } = watchedTicket;
  const REACH = 2.5; // of the plane that is shown, to each side
  const GRID = 40; // cells of the surface, to each side
  const FULL = 2 * Math.PI;

  // A canvas as large and as sharp as it is shown, emptied; its colours are those of the page.
  function prepared(canvas) {
    const { width, height } = canvas.getBoundingClientRect();
    const sharpness = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * sharpness);
    canvas.height = Math.round(height * sharpness);
    const pen = canvas.getContext("2d");
    pen.scale(sharpness, sharpness);
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(`--watch-${name}`).trim();
    pen.font = `12px ${style.fontFamily}`;
    return { pen, width, height, colour };
  }

  function line(pen, x1, y1, x2, y2) {
    pen.beginPath();
    pen.moveTo(x1, y1);
    pen.lineTo(x2, y2);
    pen.stroke();
  }

  function disc(pen, x, y, radius, fill, edge) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, FULL);
    Object.assign(pen, { fillStyle: fill, strokeStyle: edge });
    pen.fill();
    pen.stroke();
  }

  // A point of class 0 is full, one of class 1 hollow: in the plane and where scores come out.
  function mark(pen, x, y, radius, label, colour) {
    pen.lineWidth = 1.4;
    disc(pen, x, y, radius, label ? colour("ground") : colour("ink"), colour("ink"));
  }

  const places = (width, height) =>
    SIZES.map((size, l) =>
      Array.from({ length: size }, (_, unit) => ({
        x: 12 + (l / (SIZES.length - 1)) * (width - 24),
        y: (height * (unit + 0.5)) / size,
      })),
    );

  // The line of each weight: from unit to unit, and for a bias a short one that ends in its unit.
  function linesOf(t, at) {
    const [layer, isBias] = [t >> 1, t % 2];
    return at[layer + 1].flatMap((to) =>
      isBias ? [[{ x: to.x - 5, y: to.y - 9 }, to]] : at[layer].map((from) => [from, to]),
    );
  }

  // Of a weight: strong where it is large, and where few are left to be seen.
  function strokeOfWeight(pen, value, share, colour) {
    const size = Math.abs(value);
    pen.strokeStyle = colour(value < 0 ? "negative" : "positive");
    pen.globalAlpha = Math.min(1, 0.85 - 0.6 * share + 0.9 * size);
    pen.lineWidth = Math.min(4, 0.6 + 1.7 * size);
    pen.setLineDash(value < 0 ? [6, 3] : []);
  }

  // Of one that was pruned in this round: still seen, faintly.
  function strokeOfLost(pen, colour) {
    Object.assign(pen, { strokeStyle: colour("lost"), globalAlpha: 1, lineWidth: 0.9 });
    pen.setLineDash([1, 2]);
  }

  function drawNetwork(canvas, chain) {
    const { pen, width, height, colour } = prepared(canvas);
    const at = places(width, height);
    const share = survivors(chain.masks) / WEIGHTS;
    const joined = new Set(); // units that a surviving weight leads to or from
    chain.values.forEach((values, t) => {
      linesOf(t, at).forEach(([from, to], i) => {
        if (!chain.previous[t][i]) return;
        if (chain.masks[t][i]) {
          strokeOfWeight(pen, values[i], share, colour);
          joined.add(from).add(to);
        } else strokeOfLost(pen, colour);
        line(pen, from.x, from.y, to.x, to.y);
      });
    });
    pen.globalAlpha = 1;
    pen.setLineDash([]);
    for (const unit of at.slice(0, -1).flat()) {
      pen.lineWidth = 1.2;
      disc(pen, unit.x, unit.y, 3, colour("ground"), colour(joined.has(unit) ? "ink" : "grid"));
    }
    at.at(-1).forEach(({ x, y }, label) => mark(pen, x, y, 6, label, colour));
  }

  const inPlane = (cell) => REACH * ((2 * cell) / GRID - 1);

  function surface(values) {
    const units = roomForUnits();
    return Array.from({ length: GRID + 1 }, (_, row) =>
      Array.from({ length: GRID + 1 }, (_, column) =>
        belief(values, { x: inPlane(column), y: -inPlane(row) }, units)),
    );
  }

  // Where the surface passes one half, as pieces of a line, one a cell.
  function boundary(beliefs) {
    const pieces = [];
    for (let row = 0; row < GRID; row++) {
      for (let column = 0; column < GRID; column++) {
        const above = [beliefs[row], beliefs[row + 1]].flatMap((two) =>
          [two[column], two[column + 1]]).filter((share) => share >= 0.5).length;
        if (above % 4 === 0) continue; // all corners on one side
        const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => [column + x, row + y]);
        const ends = corners.flatMap(([x1, y1], i) => {
          const [x2, y2] = corners[(i + 1) % 4];
          const [one, other] = [beliefs[y1][x1] - 0.5, beliefs[y2][x2] - 0.5];
          const part = one / (one - other);
          return one < 0 !== other < 0 ? [[x1 + part * (x2 - x1), y1 + part * (y2 - y1)]] : [];
        });
        for (let i = 0; i + 1 < ends.length; i += 2) pieces.push([...ends[i], ...ends[i + 1]]);
      }
    }
    return pieces;
  }

  // A picture with a pixel a belief, between the colours of the classes; enlarged, it is smooth.
  function ground(beliefs, colour) {
    const picture = document.createElement("canvas");
    [picture.width, picture.height] = [GRID + 1, GRID + 1];
    const pen = picture.getContext("2d");
    pen.fillStyle = colour("class-0");
    pen.fillRect(0, 0, GRID + 1, GRID + 1);
    pen.fillStyle = colour("class-1");
    beliefs.forEach((row, y) => row.forEach((share, x) => {
      pen.globalAlpha = share;
      pen.fillRect(x, y, 1, 1);
    }));
    return picture;
  }

  function drawPlane(canvas, chain) {
    const { pen, width, colour } = prepared(canvas);
    const beliefs = surface(chain.values);
    const cell = width / GRID;
    const side = width + cell; // beliefs are those of the cells' corners
    pen.drawImage(ground(beliefs, colour), -cell / 2, -cell / 2, side, side);
    Object.assign(pen, { lineWidth: 2, lineCap: "round", strokeStyle: colour("ink") });
    boundary(beliefs).forEach((ends) => line(pen, ...ends.map((end) => end * cell)));
    for (const { x, y, label } of chain.points.train) {
      const [across, down] = [x, -y].map((value) => ((value / REACH + 1) / 2) * width);
      mark(pen, across, down, 2.6, label, colour);
    }
  }

  return { disc, drawNetwork, drawPlane, line, prepared };
})();
