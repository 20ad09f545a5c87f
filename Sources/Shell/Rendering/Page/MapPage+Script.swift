extension MapPage {
  /// Draws the map and lets a reader look into it. It keeps what it knows in lists by the place of a memory, so that 100,000
  /// of them can be drawn again at once.
  static let script = #"""
    const canvas = byId("map"), stage = byId("stage"), pen = canvas.getContext("2d");
    const total = data.id.length, SIDE = 65536;
    const xs = Uint16Array.from(data.x), ys = Uint16Array.from(data.y);
    const HIDDEN = 0, DIM = 1, SHOWN = 2;
    const seen = new Uint8Array(total).fill(SHOWN);
    const view = { scaleX: 1, scaleY: 1, left: 0, top: 0, zoom: 1, centerX: SIDE / 2, centerY: SIDE / 2 };
    let selected = -1, hovered = -1, words = [], searched = false;

    // ---- Colours ----
    const fixed = ["#4e79a7", "#f28e2b", "#e15759", "#59a14f", "#b07aa1", "#17a2b8", "#d4a017", "#ff7f9b", "#9c755f",
      "#6f7fd1", "#3fae8f", "#c96bb3"];
    const ramp = [[91, 79, 201], [47, 143, 208], [43, 179, 154], [155, 197, 61], [240, 180, 41]];
    const BUCKETS = 32, MANY = 40;
    const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    const ownColour = (number) =>
      number < fixed.length ? fixed[number] : `hsl(${Math.round((number * 137.508) % 360)} 55% 55%)`;
    function rampColour(share) {
      const place = Math.min(0.9999, Math.max(0, share)) * (ramp.length - 1), low = Math.floor(place);
      const mixed = ramp[low].map((value, index) => Math.round(value + (ramp[low + 1][index] - value) * (place - low)));
      return `rgb(${mixed.join(" ")})`;
    }
    const day = (seconds) => new Date(seconds * 1000).toISOString().slice(0, 10);

    // What the points are told apart by: names with counts, or a range of numbers.
    const ways = {
      cluster: { label: "cluster", list: data.cluster, names: data.clusters },
      user: { label: "user", list: data.user, names: data.users },
      category: { label: "category", list: data.category, names: data.categories, none: "without a category" },
      importance: { label: "importance", list: data.importance, range: true, text: (value) => value.toFixed(2) },
      age: { label: "age", list: data.created, range: true, text: day },
      access: { label: "access", list: data.access, range: true, log: true, text: (value) => String(Math.round(value)) },
    };
    let way, bucketOf = new Int16Array(total), bucketColours = [], order = new Uint32Array(total), starts = [];
    const switchedOff = new Set();

    function extent(list) {
      let least = Infinity, most = -Infinity;
      for (const value of list) {
        if (value === null) continue;
        if (value < least) least = value;
        if (value > most) most = value;
      }
      return [least, most];
    }

    // Sorts the points into buckets of one colour; bucket 0 is for what has no value, or no colour of its own.
    function colourBy(name) {
      way = ways[name];
      switchedOff.clear();
      if (way.range) {
        const [least, most] = extent(way.list);
        const scaled = way.log ? (value) => Math.log1p(Math.max(0, value)) : (value) => value;
        const size = scaled(most) - scaled(least) || 1;
        [way.least, way.most] = [least, most];
        bucketColours = [null, ...Array.from({ length: BUCKETS }, (_, index) => rampColour(index / (BUCKETS - 1)))];
        for (let i = 0; i < total; i++) {
          const value = way.list[i];
          bucketOf[i] = value === null
            ? 0 : 1 + Math.min(BUCKETS - 1, Math.floor((scaled(value) - scaled(least)) / size * BUCKETS));
        }
      } else {
        const counts = new Array(way.names.length).fill(0);
        let without = 0;
        for (const value of way.list) if (value === null) without++; else counts[value]++;
        const ranked = counts.map((_, index) => index).sort((a, b) => counts[b] - counts[a] || a - b);
        const own = ranked.slice(0, MANY), rest = ranked.slice(MANY);
        const bucketOfName = new Int16Array(way.names.length);
        own.forEach((name, index) => { bucketOfName[name] = index + 1; });
        bucketColours = [null, ...own.map((_, index) => ownColour(index))];
        for (let i = 0; i < total; i++) bucketOf[i] = way.list[i] === null ? 0 : bucketOfName[way.list[i]];
        way.entries = own.map((name, index) => ({ bucket: index + 1, name: way.names[name], count: counts[name] }));
        const others = rest.reduce((sum, name) => sum + counts[name], 0);
        if (others + without > 0) {
          const label = others === 0 ? way.none : without === 0 ? `${rest.length} others` : `others, or ${way.none}`;
          way.entries.push({ bucket: 0, name: label, count: others + without });
        }
      }
      const sizes = new Uint32Array(bucketColours.length + 1);
      for (let i = 0; i < total; i++) sizes[bucketOf[i] + 1]++;
      for (let i = 1; i < sizes.length; i++) sizes[i] += sizes[i - 1];
      starts = Array.from(sizes);
      const next = sizes.slice();
      for (let i = 0; i < total; i++) order[next[bucketOf[i]]++] = i;
      drawLegend();
      choose();
    }

    function drawLegend() {
      const legend = byId("legend");
      legend.replaceChildren();
      byId("legend-title").textContent = "Legend: " + way.label;
      if (way.range) {
        if (way.least > way.most) return legend.append(element("span", "no memory has one", "quiet"));
        const bar = element("canvas", undefined, "ramp"), ends = element("div", undefined, "ends quiet");
        [bar.width, bar.height] = [256, 12];
        const barPen = bar.getContext("2d");
        for (let x = 0; x < 256; x++) { barPen.fillStyle = rampColour(x / 255); barPen.fillRect(x, 0, 1, 12); }
        ends.append(element("span", way.text(way.least)), element("span", way.text(way.most)));
        return legend.append(bar, ends);
      }
      for (const entry of way.entries) {
        const button = element("button"), dot = element("i");
        button.type = "button";
        button.setAttribute("aria-pressed", String(!switchedOff.has(entry.bucket)));
        dot.style.background = bucketColours[entry.bucket] || style("--other");
        button.append(dot, document.createTextNode(`${entry.name} (${entry.count.toLocaleString("en")})`));
        button.title = entry.name;
        button.addEventListener("click", () => {
          const isOff = !switchedOff.delete(entry.bucket);
          if (isOff) switchedOff.add(entry.bucket);
          button.setAttribute("aria-pressed", String(!isOff));
          choose();
        });
        legend.append(button);
      }
    }

    // ---- What is shown ----
    const lower = new Array(total);
    function textOf(i) {
      if (lower[i] === undefined) {
        const category = data.category[i] === null ? "" : data.categories[data.category[i]];
        lower[i] = `${data.id[i]} ${data.users[data.user[i]]} ${category} ${data.hasTexts ? data.text[i] : ""}`.toLowerCase();
      }
      return lower[i];
    }

    function choose() {
      const user = byId("user").value, category = byId("category").value, least = Number(byId("importance").value);
      const only = byId("outliers").checked, last = months.length ? endOfMonth(Number(byId("until").value)) : Infinity;
      const found = [];
      let matches = 0, shown = 0;
      for (let i = 0; i < total; i++) {
        const passes = (user === "" || data.user[i] === Number(user))
          && (category === "" || (category === "none" ? data.category[i] === null : data.category[i] === Number(category)))
          && (least === 0 || (data.importance[i] ?? 0) >= least) && (!only || data.outlier[i] === 1)
          && (data.created[i] === null || data.created[i] < last) && !switchedOff.has(bucketOf[i]);
        if (!passes) { seen[i] = HIDDEN; continue; }
        shown++;
        const matched = !searched || words.every((word) => textOf(i).includes(word));
        seen[i] = matched ? SHOWN : DIM;
        if (matched) { matches++; if (searched && found.length < 50) found.push(i); }
      }
      byId("found").textContent = searched
        ? `${count(matches, "memory")} found${matches > 50 ? ", 50 listed" : ""}`
        : shown === total ? "" : `${shown.toLocaleString("en")} of ${count(total, "memory")}`;
      const list = byId("results");
      list.replaceChildren(...found.map((i) => {
        const item = element("li"), button = element("button", `${data.id[i]}  ${head(i)}`);
        button.type = "button";
        button.addEventListener("click", () => { select(i, true); copy(i); });
        item.append(button);
        return item;
      }));
      drawMonths();
      redraw();
    }
    const head = (i) => data.hasTexts ? data.text[i].slice(0, 120).replaceAll("\n", " ") : data.users[data.user[i]];

    // ---- Drawing ----
    let wanted = false;
    function redraw() {
      if (wanted) return;
      wanted = true;
      requestAnimationFrame(() => { wanted = false; draw(); });
    }
    const screenX = (i) => (xs[i] - view.left) * view.scaleX;
    const screenY = (i) => (ys[i] - view.top) * view.scaleY;

    function fit() {
      const ratio = devicePixelRatio || 1, box = stage.getBoundingClientRect();
      [canvas.width, canvas.height] = [Math.max(1, Math.round(box.width * ratio)), Math.max(1, Math.round(box.height * ratio))];
      [view.width, view.height, view.ratio] = [box.width, box.height, ratio];
      look();
    }
    function look() {
      const margin = 26;
      view.scaleX = Math.max(1, view.width - 2 * margin) / SIDE * view.zoom;
      view.scaleY = Math.max(1, view.height - 2 * margin) / SIDE * view.zoom;
      view.left = view.centerX - view.width / 2 / view.scaleX;
      view.top = view.centerY - view.height / 2 / view.scaleY;
      redraw();
    }
    function zoomAt(factor, x, y) {
      const [worldX, worldY] = [view.left + x / view.scaleX, view.top + y / view.scaleY];
      view.zoom = Math.min(400, Math.max(1, view.zoom * factor));
      look();
      view.centerX += worldX - (view.left + x / view.scaleX);
      view.centerY += worldY - (view.top + y / view.scaleY);
      move(0, 0);
    }
    function move(x, y) {
      view.centerX = Math.min(SIDE, Math.max(0, view.centerX - x / view.scaleX));
      view.centerY = Math.min(SIDE, Math.max(0, view.centerY - y / view.scaleY));
      if (view.zoom === 1) view.centerX = view.centerY = SIDE / 2;
      look();
    }
    const size = () => Math.min(9, (total > 20000 ? 2 : total > 3000 ? 3 : 5.5) * Math.pow(view.zoom, 0.35));

    function draw() {
      pen.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
      pen.clearRect(0, 0, view.width, view.height);
      if (byId("links").checked) drawLinks();
      const side = size(), half = side / 2, other = style("--other");
      for (const pass of searched ? [DIM, SHOWN] : [SHOWN]) {
        pen.globalAlpha = pass === DIM ? 0.13 : total > 20000 ? 0.75 : 0.9;
        for (let bucket = 0; bucket < bucketColours.length; bucket++) {
          pen.fillStyle = bucketColours[bucket] || other;
          for (let place = starts[bucket]; place < starts[bucket + 1]; place++) {
            const i = order[place];
            if (seen[i] !== pass) continue;
            const x = screenX(i), y = screenY(i);
            if (x < -9 || y < -9 || x > view.width + 9 || y > view.height + 9) continue;
            if (side < 4) { pen.fillRect(x - half, y - half, side, side); continue; }
            pen.beginPath();
            pen.arc(x, y, half, 0, 7);
            pen.fill();
          }
        }
      }
      pen.globalAlpha = 1;
      if (total < 20000) drawOutliers(half);
      if (byId("names").checked) drawNames();
      for (const i of [hovered, selected]) if (i >= 0) ring(i, half + 4, 2);
    }
    function ring(i, radius, width) {
      pen.strokeStyle = style("--mark");
      pen.lineWidth = width;
      pen.beginPath();
      pen.arc(screenX(i), screenY(i), radius, 0, 7);
      pen.stroke();
    }
    function drawOutliers(half) {
      pen.globalAlpha = 0.55;
      for (let i = 0; i < total; i++) if (data.outlier[i] === 1 && seen[i] === SHOWN) ring(i, half + 2, 1);
      pen.globalAlpha = 1;
    }
    function drawLinks() {
      pen.strokeStyle = style("--quiet");
      pen.globalAlpha = data.links.length > 2000 ? 0.25 : 0.6;
      pen.lineWidth = 1;
      pen.beginPath();
      for (const group of data.links) {
        for (const i of group.slice(1)) {
          if (seen[i] !== SHOWN || seen[group[0]] !== SHOWN) continue;
          pen.moveTo(screenX(group[0]), screenY(group[0]));
          pen.lineTo(screenX(i), screenY(i));
        }
      }
      pen.stroke();
      pen.globalAlpha = 1;
    }

    // The middle of each cluster, where as many memories are to each side.
    const middles = data.clusters.map(() => [[], []]);
    for (let i = 0; i < total; i++) { middles[data.cluster[i]][0].push(xs[i]); middles[data.cluster[i]][1].push(ys[i]); }
    const names = middles.map(([across, down], index) => {
      across.sort((a, b) => a - b);
      down.sort((a, b) => a - b);
      return { name: data.clusters[index], x: across[across.length >> 1], y: down[down.length >> 1] };
    });
    function drawNames() {
      pen.font = "600 12px system-ui, sans-serif";
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.strokeStyle = style("--page");
      pen.fillStyle = style("--ink");
      pen.lineWidth = 4;
      const taken = [], living = new Set();
      for (let i = 0; i < total; i++) if (seen[i] === SHOWN) living.add(data.cluster[i]);
      for (const [index, { name, x, y }] of names.entries()) {
        if (!living.has(index)) continue;
        const text = name.length > 34 ? name.slice(0, 33) + "…" : name, half = pen.measureText(text).width / 2 + 4;
        let place = (x - view.left) * view.scaleX;
        const row = (y - view.top) * view.scaleY;
        if (place < 0 || row < 8 || place > view.width || row > view.height - 8) continue;
        place = Math.min(view.width - half, Math.max(half, place));
        if (taken.some((box) => Math.abs(box.row - row) < 18 && Math.abs(box.place - place) < box.half + half)) continue;
        taken.push({ place, row, half });
        pen.strokeText(text, place, row);
        pen.fillText(text, place, row);
      }
    }

    // ---- Finding a memory under the pointer: the points sorted into cells ----
    const CELLS = 256, cellOf = (i) => (ys[i] >> 8) * CELLS + (xs[i] >> 8);
    const cellStarts = new Uint32Array(CELLS * CELLS + 1), inCells = new Uint32Array(total);
    for (let i = 0; i < total; i++) cellStarts[cellOf(i) + 1]++;
    for (let i = 1; i < cellStarts.length; i++) cellStarts[i] += cellStarts[i - 1];
    { const next = cellStarts.slice(); for (let i = 0; i < total; i++) inCells[next[cellOf(i)]++] = i; }

    function near(x, y, radius) {
      const clamp = (value) => Math.min(CELLS - 1, Math.max(0, value >> 8));
      const left = clamp(view.left + (x - radius) / view.scaleX), right = clamp(view.left + (x + radius) / view.scaleX);
      const top = clamp(view.top + (y - radius) / view.scaleY), bottom = clamp(view.top + (y + radius) / view.scaleY);
      let best = -1, least = radius * radius;
      for (let row = top; row <= bottom; row++) {
        for (let place = cellStarts[row * CELLS + left]; place < cellStarts[row * CELLS + right + 1]; place++) {
          const i = inCells[place];
          if (seen[i] === HIDDEN) continue;
          const distance = (screenX(i) - x) ** 2 + (screenY(i) - y) ** 2 + (seen[i] === DIM ? 60 : 0);
          if (distance < least) [best, least] = [i, distance];
        }
      }
      return best;
    }

    // ---- The memory that is looked at ----
    function tell(i) {
      const tip = byId("tip");
      tip.hidden = i < 0;
      if (i < 0) return;
      const known = [data.users[data.user[i]]];
      if (data.category[i] !== null) known.push(data.categories[data.category[i]]);
      byId("tip-head").textContent = `${data.id[i]}  ${known.join(", ")}`;
      byId("tip-text").textContent = data.hasTexts ? data.text[i] : "";
      const foot = [data.clusters[data.cluster[i]] + (data.outlier[i] ? " (outlier)" : "")];
      if (data.importance[i] !== null) foot.push(`importance ${data.importance[i].toFixed(2)}`);
      if (data.access[i] !== null) foot.push(`read ${count(data.access[i], "time")}`);
      if (data.created[i] !== null) foot.push(day(data.created[i]));
      byId("tip-foot").textContent = foot.join(" · ");
      const box = tip.getBoundingClientRect(), x = screenX(i), y = screenY(i);
      tip.style.left = `${Math.max(8, Math.min(view.width - box.width - 8, x + 14))}px`;
      const above = y - box.height - 14;
      tip.style.top = `${y + 14 + box.height < view.height ? y + 14 : Math.max(8, above)}px`;
    }
    function hover(i) {
      if (i === hovered) return;
      hovered = i;
      tell(i >= 0 ? i : selected);
      redraw();
    }
    function select(i, isCentred) {
      selected = i;
      hovered = -1;
      const isOutside = i >= 0 && (screenX(i) < 0 || screenY(i) < 0 || screenX(i) > view.width || screenY(i) > view.height);
      if (i >= 0 && (isCentred || isOutside) && view.zoom > 1) {
        [view.centerX, view.centerY] = [xs[i], ys[i]];
        move(0, 0);
      }
      tell(i);
      redraw();
    }

    let toastTimer = 0;
    function say(text) {
      byId("toast").textContent = text;
      byId("toast").classList.add("seen");
      clearTimeout(toastTimer);
      toastTimer = setTimeout(() => byId("toast").classList.remove("seen"), 1600);
    }
    async function copy(i) {
      const command = `show ${data.id[i]}`;
      try {
        await navigator.clipboard.writeText(command);
      } catch {
        const field = element("textarea", command);
        document.body.append(field);
        field.select();
        const isCopied = document.execCommand("copy");
        field.remove();
        canvas.focus();
        if (!isCopied) return say(command);
      }
      say(`copied: ${command}`);
    }

    // ---- Pointer: hover, click, drag, pinch, wheel ----
    const pointers = new Map();
    let travelled = 0;
    const at = (event) => { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, at(event));
      travelled = 0;
    });
    canvas.addEventListener("pointermove", (event) => {
      const [x, y] = at(event), before = pointers.get(event.pointerId);
      if (!before) return hover(near(x, y, 14));
      const others = [...pointers].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
      pointers.set(event.pointerId, [x, y]);
      travelled += Math.hypot(x - before[0], y - before[1]);
      if (others.length > 0) {
        const [otherX, otherY] = others[0];
        const factor = Math.hypot(x - otherX, y - otherY) / Math.max(1, Math.hypot(before[0] - otherX, before[1] - otherY));
        zoomAt(factor, (x + otherX) / 2, (y + otherY) / 2);
      } else if (travelled > 4) {
        move(x - before[0], y - before[1]);
      }
      tell(selected);
    });
    function released(event) {
      const isClick = pointers.size === 1 && travelled <= 4 && event.type === "pointerup";
      pointers.delete(event.pointerId);
      if (!isClick) return;
      const [x, y] = at(event), i = near(x, y, event.pointerType === "touch" ? 26 : 14);
      select(i, false);
      if (i >= 0) copy(i);
    }
    canvas.addEventListener("pointerup", released);
    canvas.addEventListener("pointercancel", released);
    canvas.addEventListener("pointerleave", () => { if (pointers.size === 0) hover(-1); });
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      zoomAt(Math.exp(-event.deltaY * (event.deltaMode === 1 ? 0.05 : 0.0016)), ...at(event));
      tell(hovered >= 0 ? hovered : selected);
    }, { passive: false });
    byId("in").addEventListener("click", () => zoomAt(1.6, view.width / 2, view.height / 2));
    byId("out").addEventListener("click", () => zoomAt(1 / 1.6, view.width / 2, view.height / 2));
    byId("whole").addEventListener("click", whole);
    function whole() { view.zoom = 1; move(0, 0); tell(selected); }

    // ---- Keys ----
    const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    function step([across, down]) {
      if (selected < 0) return select(near(view.width / 2, view.height / 2, Math.max(view.width, view.height)), false);
      const [x, y] = [screenX(selected), screenY(selected)];
      let best = -1, least = Infinity;
      for (let i = 0; i < total; i++) {
        if (seen[i] !== SHOWN || i === selected) continue;
        const dx = screenX(i) - x, dy = screenY(i) - y, ahead = dx * across + dy * down;
        if (ahead <= 0) continue;
        const aside = Math.abs(dx * down) + Math.abs(dy * across);
        const distance = ahead + 2.5 * aside;
        if (distance < least) [best, least] = [i, distance];
      }
      if (best >= 0) select(best, false);
    }
    canvas.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (ARROWS[event.key]) step(ARROWS[event.key]);
      else if (event.key === "Enter" && selected >= 0) copy(selected);
      else if (event.key === "Escape") select(-1, false);
      else if (event.key === "+" || event.key === "=") zoomAt(1.6, view.width / 2, view.height / 2);
      else if (event.key === "-") zoomAt(1 / 1.6, view.width / 2, view.height / 2);
      else if (event.key === "0") whole();
      else return;
      event.preventDefault();
    });
    addEventListener("keydown", (event) => {
      const isField = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
      if (event.key !== "/" || isField || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      byId("search").focus();
    });
    let searchTimer = 0;
    function search() {
      words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
      searched = words.length > 0;
      choose();
    }
    byId("search").addEventListener("input", () => { clearTimeout(searchTimer); searchTimer = setTimeout(search, total > 20000 ? 180 : 40); });
    byId("search").addEventListener("keydown", (event) => {
      if (event.key === "Escape") { byId("search").value = ""; search(); canvas.focus(); }
      if (event.key === "Enter") {
        clearTimeout(searchTimer);
        search();
        const first = byId("results").querySelector("button");
        if (first) { select(seen.findIndex((state) => state === SHOWN), true); canvas.focus(); }
      }
    });

    // ---- Growth: how many were created each month, months without any included ----
    const monthOf = (seconds) => { const date = new Date(seconds * 1000); return date.getUTCFullYear() * 12 + date.getUTCMonth(); };
    const [firstDay, lastDay] = extent(data.created);
    const firstMonth = firstDay <= lastDay ? monthOf(firstDay) : 0;
    // A single wrong date must not make a list of thousands of years.
    const monthCount = firstDay <= lastDay ? monthOf(lastDay) - firstMonth + 1 : 0;
    const months = new Array(monthCount > 0 && monthCount <= 12000 ? monthCount : 0).fill(0);
    if (months.length) for (const seconds of data.created) if (seconds !== null) months[monthOf(seconds) - firstMonth]++;
    const monthName = (index) => { const month = firstMonth + index; return `${Math.floor(month / 12)}-${String(month % 12 + 1).padStart(2, "0")}`; };
    const endOfMonth = (index) => Date.UTC(Math.floor((firstMonth + index + 1) / 12), (firstMonth + index + 1) % 12) / 1000;
    byId("growth").hidden = months.length < 2;

    function drawMonths() {
      if (months.length < 2) return;
      const chart = byId("months"), ratio = devicePixelRatio || 1, box = chart.getBoundingClientRect();
      [chart.width, chart.height] = [Math.max(1, Math.round(box.width * ratio)), Math.round(64 * ratio)];
      const chartPen = chart.getContext("2d"), until = Number(byId("until").value);
      const most = months.reduce((a, b) => Math.max(a, b), 1), step = chart.width / months.length;
      let sum = 0;
      months.forEach((number, index) => {
        if (index <= until) sum += number;
        chartPen.fillStyle = index <= until ? style("--accent") : style("--line");
        const height = number === 0 ? 0 : Math.max(1, number / most * (chart.height - 2));
        chartPen.fillRect(index * step, chart.height - height, Math.max(1, step - (step > 4 ? ratio : 0)), height);
      });
      byId("until-label").textContent = `until ${monthName(until)}: ${count(sum, "memory")}, at most ${count(most, "memory")} a month`;
    }

    // ---- Beginning ----
    function option(select, value, text) {
      const made = element("option", text);
      made.value = value;
      select.append(made);
    }
    for (const name of Object.keys(ways)) option(byId("by"), name, name);
    byId("by").value = data.by;
    option(byId("user"), "", "all");
    data.users.map((name, index) => [name, index]).sort((a, b) => a[0] < b[0] ? -1 : 1)
      .forEach(([name, index]) => option(byId("user"), String(index), name));
    option(byId("category"), "", "all");
    data.categories.forEach((name, index) => option(byId("category"), String(index), name));
    if (data.category.includes(null)) option(byId("category"), "none", "none");
    byId("until").max = String(Math.max(0, months.length - 1));
    byId("until").value = byId("until").max;
    const explained = data.explained.map((share) => Math.round(share * 100) + " %").join(" and ");
    const facts = [`${count(total, "memory")} of ${data.store}`, data.layout === "pca"
      ? `principal components: across and up show ${explained} of their differences`
      : "near neighbours stand together; distances between groups mean nothing"];
    if (data.withoutVector) facts.push(`${count(data.withoutVector, "memory")} without a vector not shown`);
    if (data.notDrawn) facts.push(`${count(data.notDrawn, "memory")} not shown: too many`);
    if (!data.hasTexts) facts.push("without texts");
    byId("summary").textContent = facts.join(" · ");
    byId("links-label").textContent = count(data.links.length, "group") + " of duplicates";
    byId("outliers-label").textContent = `only ${count(data.outlier.reduce((sum, value) => sum + value, 0), "outlier")}`;
    canvas.setAttribute("aria-label", `Map of ${count(total, "memory")}`);
    for (const id of ["user", "category"]) byId(id).addEventListener("change", choose);
    for (const id of ["importance", "until"]) byId(id).addEventListener("input", choose);
    byId("outliers").addEventListener("change", choose);
    for (const id of ["links", "names"]) byId(id).addEventListener("change", redraw);
    byId("by").addEventListener("change", () => colourBy(byId("by").value));
    themeListeners.push(() => { drawLegend(); drawMonths(); redraw(); });
    new ResizeObserver(() => { fit(); drawMonths(); tell(selected); }).observe(stage);
    fit();
    colourBy(data.by);
    themeChanged();
    """#
}
