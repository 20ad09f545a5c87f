/// What all pages have in common.
enum PageCode {
  /// Colours of both themes, and how text, buttons and tables look.
  static let style = """
    :root {
      color-scheme: light dark;
      --page: #fbfbfa; --panel: #ffffff; --ink: #1d2125; --quiet: #5b6570; --line: #d9dde1; --accent: #0a66b7;
      --field: #f1f3f5; --mark: #1d2125; --other: #9aa1a8;
    }
    @media (prefers-color-scheme: dark) {
      :root:not([data-theme="light"]) {
        --page: #14171a; --panel: #1c2024; --ink: #e7eaed; --quiet: #9ba5ae; --line: #343a40; --accent: #6cb6ff;
        --field: #262b30; --mark: #ffffff; --other: #6d757c;
      }
    }
    :root[data-theme="dark"] {
      color-scheme: dark;
      --page: #14171a; --panel: #1c2024; --ink: #e7eaed; --quiet: #9ba5ae; --line: #343a40; --accent: #6cb6ff;
      --field: #262b30; --mark: #ffffff; --other: #6d757c;
    }
    :root[data-theme="light"] { color-scheme: light; }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--page); color: var(--ink);
      font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
    }
    header {
      display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: center; padding: 8px 14px;
      border-bottom: 1px solid var(--line); background: var(--panel);
    }
    h1 { font-size: 16px; margin: 0; }
    h2 { font-size: 14px; margin: 0 0 6px; }
    header p { margin: 0; color: var(--quiet); flex: 1 1 240px; min-width: 0; overflow-wrap: anywhere; }
    button, select, input { font: inherit; color: inherit; }
    button, select, input[type="search"] {
      background: var(--field); border: 1px solid var(--line); border-radius: 6px; padding: 5px 9px; min-height: 34px;
    }
    button { cursor: pointer; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
    .quiet { color: var(--quiet); }

    """

  /// Reads the data, and lets a reader choose the theme.
  static let common = #"""
    "use strict";
    const data = JSON.parse(document.getElementById("data").textContent);
    const byId = (id) => document.getElementById(id);

    // An element with some text; nothing is ever read as markup.
    function element(name, text, className) {
      const made = document.createElement(name);
      if (text !== undefined) made.textContent = text;
      if (className) made.className = className;
      return made;
    }

    const darkWanted = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (document.documentElement.dataset.theme || (darkWanted.matches ? "dark" : "light")) === "dark";
    const themeListeners = [];
    function themeChanged() {
      byId("theme").textContent = isDark() ? "Light" : "Dark";
      for (const listener of themeListeners) listener();
    }
    byId("theme").addEventListener("click", () => {
      document.documentElement.dataset.theme = isDark() ? "light" : "dark";
      themeChanged();
    });
    darkWanted.addEventListener("change", themeChanged);
    const count = (number, noun) =>
      number.toLocaleString("en") + " " + (number === 1 ? noun : noun.replace(/y$/, "ie") + "s");

    """#
}
