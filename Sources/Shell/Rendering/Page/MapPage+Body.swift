extension MapPage {
  /// The markup of the page, without anything of the store's.
  static let body = """
    <header>
      <h1>memsh: map</h1>
      <p id="summary"></p>
      <button id="theme" type="button" title="Change between dark and light">Dark</button>
    </header>
    <main>
      <div id="stage">
        <canvas id="map" tabindex="0" role="application" aria-describedby="keys" aria-label="Map of memories"></canvas>
        <div id="zoom">
          <button id="in" type="button" aria-label="Zoom in">+</button>
          <button id="out" type="button" aria-label="Zoom out">−</button>
          <button id="whole" type="button">All</button>
        </div>
        <div id="tip" hidden><p id="tip-head"></p><p id="tip-text"></p><p id="tip-foot" class="quiet"></p></div>
        <div id="toast" role="status" aria-live="polite"></div>
      </div>
      <aside>
        <label for="search">Search <span class="quiet">press /</span></label>
        <input id="search" type="search" autocomplete="off" spellcheck="false">
        <output id="found" for="search" class="quiet"></output>
        <ol id="results"></ol>
        <div class="pair">
          <label>Colour <select id="by"></select></label>
          <label>User <select id="user"></select></label>
          <label>Category <select id="category"></select></label>
          <label>Importance from <input id="importance" type="range" min="0" max="1" step="0.05" value="0"></label>
        </div>
        <div class="checks">
          <label><input id="links" type="checkbox" checked> <span id="links-label">duplicates</span></label>
          <label><input id="names" type="checkbox" checked> cluster names</label>
          <label><input id="outliers" type="checkbox"> <span id="outliers-label">outliers only</span></label>
        </div>
        <h2 id="legend-title">Legend</h2>
        <div id="legend"></div>
        <div id="growth">
          <h2>Growth</h2>
          <canvas id="months" aria-hidden="true"></canvas>
          <label class="quiet"><span id="until-label"></span>
            <input id="until" type="range" min="0" max="0" value="0" aria-label="Created until"></label>
        </div>
        <p id="keys" class="quiet">Arrow keys go from memory to memory, Enter or a click copies <code>show ID</code>,
          + and − zoom, 0 shows all, / searches, Escape ends.</p>
      </aside>
    </main>
    """

  /// What a map needs beside ``PageCode/style``.
  static let style = """
    html, body { height: 100%; }
    body { display: flex; flex-direction: column; }
    main { flex: 1; display: flex; min-height: 0; }
    #stage { position: relative; flex: 1; min-width: 0; min-height: 0; overflow: hidden; }
    #map { position: absolute; inset: 0; width: 100%; height: 100%; display: block; touch-action: none; cursor: crosshair; }
    #map:focus-visible { outline-offset: -2px; }
    #zoom { position: absolute; left: 10px; bottom: 10px; display: flex; gap: 4px; }
    #tip {
      position: absolute; width: max-content; max-width: min(420px, calc(100% - 20px)); padding: 8px 10px;
      pointer-events: none;
      background: var(--panel); border: 1px solid var(--line); border-radius: 8px; box-shadow: 0 4px 16px rgb(0 0 0 / 25%);
    }
    #tip p { margin: 0; overflow-wrap: anywhere; }
    #tip-head { font-weight: 600; }
    #tip-text { white-space: pre-wrap; max-height: 12em; overflow: hidden; }
    #toast {
      position: absolute; right: 10px; top: 10px; padding: 6px 12px; border-radius: 8px; background: var(--ink);
      color: var(--page); opacity: 0; transition: opacity 0.2s; pointer-events: none;
    }
    #toast.seen { opacity: 1; }
    aside {
      width: 320px; overflow: auto; padding: 12px 14px; border-left: 1px solid var(--line); background: var(--panel);
    }
    aside label { display: block; }
    #search, select { width: 100%; }
    #found { display: block; min-height: 1.5em; }
    #results { list-style: none; margin: 0 0 8px; padding: 0; max-height: 180px; overflow: auto; }
    #results button, #legend button {
      display: block; width: 100%; text-align: left; border: 0; background: none; padding: 3px 4px; min-height: 0;
      overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    #results button:hover, #legend button:hover { background: var(--field); }
    .pair { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 10px; }
    input[type="range"] { width: 100%; min-height: 30px; accent-color: var(--accent); }
    .checks { display: flex; flex-wrap: wrap; gap: 2px 14px; margin: 8px 0; }
    .checks input { accent-color: var(--accent); }
    #legend { margin-bottom: 12px; max-height: 300px; overflow: auto; }
    #legend i { display: inline-block; width: 11px; height: 11px; border-radius: 6px; margin-right: 7px; }
    #legend button[aria-pressed="false"] { opacity: 0.4; text-decoration: line-through; }
    #legend .ramp { height: 12px; border-radius: 6px; margin: 4px 0; display: block; width: 100%; }
    #legend .ends { display: flex; justify-content: space-between; }
    #months { width: 100%; height: 64px; display: block; }
    @media (max-width: 720px) {
      html, body { height: auto; }
      main { display: block; }
      #stage { height: 62vh; min-height: 300px; border-bottom: 1px solid var(--line); }
      aside { width: auto; border-left: 0; overflow: visible; }
      button, select, input[type="search"] { min-height: 42px; }
      #results button, #legend button { padding: 8px 4px; }
    }
    """
}
