extension ReportPage {
  /// The markup of the page.
  ///
  /// - Parameter title: Constant text.
  static func body(_ title: String) -> String {
    """
    <header>
      <h1>memsh: \(title)</h1>
      <p id="summary"></p>
      <button id="theme" type="button" title="Change between dark and light">Dark</button>
    </header>
    <main id="sections"></main>
    """
  }

  /// What a report needs beside ``PageCode/style``.
  static let style = """
    main { max-width: 1080px; margin: 0 auto; padding: 14px; }
    section {
      background: var(--panel); border: 1px solid var(--line); border-radius: 10px; padding: 12px 14px; margin: 0 0 14px;
      overflow-x: auto;
    }
    table { border-collapse: collapse; width: 100%; }
    th { text-align: left; font-weight: 600; color: var(--quiet); }
    th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
    td { overflow-wrap: anywhere; white-space: pre-wrap; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    svg { display: block; width: 100%; height: auto; overflow: visible; }
    svg text { fill: var(--quiet); font-size: 12px; }
    svg .ink { fill: var(--ink); }
    svg .axis { stroke: var(--line); stroke-width: 1; }
    svg .curve { stroke: var(--accent); stroke-width: 2; fill: none; }
    svg .point, svg .bar { fill: var(--accent); }
    svg .gap { fill: none; stroke: var(--quiet); stroke-width: 1.5; }
    svg .reference { fill: none; stroke: var(--ink); stroke-width: 2; }
    .row { display: grid; grid-template-columns: minmax(80px, 30%) 1fr 4.5em; gap: 10px; align-items: center; margin: 3px 0; }
    .row span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
    .row span:first-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .row .track { background: var(--field); border-radius: 4px; height: 14px; }
    .row .fill { background: var(--accent); border-radius: 4px; height: 14px; min-width: 2px; }
    .group { border-top: 1px solid var(--line); padding: 8px 0; }
    .group h3 { font-size: 14px; margin: 0 0 4px; }
    .line { display: grid; grid-template-columns: minmax(110px, 190px) 1fr; gap: 10px; margin: 2px 0; }
    .line span { overflow-wrap: anywhere; white-space: pre-wrap; min-width: 0; }
    @media (max-width: 720px) { .line { grid-template-columns: 1fr; gap: 0; margin: 6px 0; } }
    """

  /// Builds the page from its sections; texts are only ever put in as text.
  static let script = #"""
    const SVG = "http://www.w3.org/2000/svg";
    function shape(name, attributes, text) {
      const made = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      if (text !== undefined) made.textContent = text;
      return made;
    }
    // As wide as the window has room for, so that letters keep their size.
    const pageWidth = () => Math.max(280, Math.min(1020, document.documentElement.clientWidth - 60));
    function drawing(width, height, label) {
      return shape("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label });
    }

    function tableOf(columns, numeric, rows) {
      const table = element("table"), body = element("tbody");
      if (columns) {
        const line = element("tr"), top = element("thead");
        columns.forEach((name, index) => line.append(element("th", name, numeric[index] ? "number" : "")));
        top.append(line);
        table.append(top);
      }
      for (const row of rows) {
        const line = element("tr");
        row.forEach((value, index) => line.append(element("td", value ?? "–", numeric[index] ? "number" : "")));
        body.append(line);
      }
      table.append(body);
      return table;
    }

    // Steps of 1, 2 or 5 that divide a range.
    function ticks(least, most, wanted) {
      const rough = (most - least) / wanted || 1, power = Math.pow(10, Math.floor(Math.log10(rough)));
      const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
      const found = [];
      for (let value = Math.ceil(least / step) * step; value <= most + step * 1e-6; value += step) found.push(value);
      return found;
    }

    function curveOf(section) {
      const width = pageWidth(), height = 380, left = 62, right = 24, top = 18, bottom = 48;
      const all = section.reference ? [...section.points, section.reference] : section.points;
      const xs = all.map((point) => point.x), ys = all.map((point) => point.y);
      const most = Math.max(...xs) * 1.06 || 1, low = Math.min(...ys), high = Math.max(...ys);
      const least = Math.max(0, low - Math.max(0.02, (high - low) * 0.15)), up = high + (high - least) * 0.06 || 1;
      const x = (value) => left + value / most * (width - left - right);
      const y = (value) => height - bottom - (value - least) / (up - least) * (height - top - bottom);
      const picture = drawing(width, height, `${section.title}: ${section.up} by ${section.across}`);
      const short = (value) => String(Number(value.toPrecision(4)));
      for (const value of ticks(0, most, width / 120)) {
        picture.append(shape("line", { x1: x(value), x2: x(value), y1: top, y2: height - bottom, class: "axis" }),
          shape("text", { x: x(value), y: height - bottom + 18, "text-anchor": "middle" }, short(value)));
      }
      for (const value of ticks(least, up, 5)) {
        picture.append(shape("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "axis" }),
          shape("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, short(value)));
      }
      picture.append(
        shape("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, section.across),
        shape("text", { x: 14, y: (top + height - bottom) / 2, "text-anchor": "middle",
          transform: `rotate(-90 14 ${(top + height - bottom) / 2})` }, section.up),
        shape("polyline", { points: section.points.map((point) => `${x(point.x)},${y(point.y)}`).join(" "), class: "curve" }));
      section.points.forEach((point) => {
        const dot = shape("circle", { cx: x(point.x), cy: y(point.y), r: 4.5, class: "point" });
        dot.append(shape("title", {}, `${point.label}: ${short(point.x)}, ${short(point.y)}`));
        picture.append(dot, shape("text", { x: x(point.x) + 8, y: y(point.y) + 16, class: "ink" }, point.label));
      });
      if (section.reference) {
        const { x: across, y: high, label } = section.reference;
        picture.append(shape("circle", { cx: x(across), cy: y(high), r: 5.5, class: "reference" }),
          shape("text", { x: x(across) + (x(across) > width / 2 ? -10 : 10), y: y(high) + 4, class: "ink",
            "text-anchor": x(across) > width / 2 ? "end" : "start" }, label));
      }
      return picture;
    }

    function barsInTime(section) {
      const width = pageWidth(), height = 200, bottom = 26, top = 18, rows = section.rows;
      const most = Math.max(1, ...rows.map((row) => row[1])), step = width / Math.max(1, rows.length);
      const picture = drawing(width, height, section.title);
      rows.forEach(([label, number], index) => {
        const size = number / most * (height - bottom - top), wide = Math.max(1, step - (step > 4 ? 2 : 0));
        // Where there is nothing, a gap is marked as one.
        const bar = number > 0
          ? shape("rect", { x: index * step, y: height - bottom - Math.max(1, size), width: wide, height: Math.max(1, size), class: "bar" })
          : shape("circle", { cx: index * step + wide / 2, cy: height - bottom - 4, r: Math.min(3, wide / 2), class: "gap" });
        bar.append(shape("title", {}, `${label}: ${number.toLocaleString("en")}`));
        picture.append(bar);
      });
      const every = Math.max(1, Math.ceil(rows.length / Math.floor(width / 84)));
      rows.forEach(([label], index) => {
        if (index % every === 0 && index * step < width - 50) picture.append(shape("text", { x: index * step, y: height - 8 }, label));
      });
      picture.append(shape("line", { x1: 0, x2: width, y1: height - bottom, y2: height - bottom, class: "axis" }),
        shape("text", { x: 0, y: 12 }, `at most ${most.toLocaleString("en")}`));
      return picture;
    }

    function bars(section) {
      const most = Math.max(1, ...section.rows.map((row) => row[1])), all = element("div");
      for (const [label, number] of section.rows) {
        const row = element("div", undefined, "row"), track = element("div", undefined, "track");
        const fill = element("div", undefined, "fill"), name = element("span", label);
        fill.style.width = `${number / most * 100}%`;
        name.title = label;
        if (number > 0) track.append(fill);
        row.append(name, track, element("span", number.toLocaleString("en")));
        all.append(row);
      }
      return all;
    }

    function groupsOf(section) {
      const all = element("div");
      for (const group of section.groups) {
        const block = element("div", undefined, "group");
        block.append(element("h3", group.name));
        for (const [mark, text] of group.lines) {
          const line = element("div", undefined, "line");
          line.append(element("span", mark, "quiet"), element("span", text));
          block.append(line);
        }
        all.append(block);
      }
      return all;
    }

    const kinds = {
      values: (section) => tableOf(null, [false, true], section.rows),
      table: (section) => tableOf(section.columns, section.numeric, section.rows),
      bars: (section) => (section.inTime ? barsInTime(section) : bars(section)),
      curve: curveOf,
      groups: groupsOf,
    };
    byId("summary").textContent = data.summary;
    for (const section of data.sections) {
      const part = element("section");
      part.append(element("h2", section.title), kinds[section.kind](section));
      byId("sections").append(part);
    }
    themeChanged();
    """#
}
