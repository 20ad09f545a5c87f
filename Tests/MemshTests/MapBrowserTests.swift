import Foundation
import MemoryModel
import TestSupport
import Testing

/// The pages that memsh writes, opened in a real browser: what they are made of comes from strangers.
@Suite(.enabled(if: Browser.path != nil, "needs Chromium: scripts/deps --tests installs it"), .serialized)
struct MapBrowserTests {
  private static let markup =
    "<script>document.title = 'taken'; alert(1)</script></script><img src=x onerror=\"alert(2)\"><!-- &lt;b&gt; tea"
  private static let escapes = "\u{1B}[31mred\u{1B}]0;title\u{07} \u{202E}tea\u{2028}line\u{9B}2J"

  /// A store of 500 memories of four users, some that say the same, and two that try to do something.
  private static func world() throws -> World {
    let world = try World()
    let drinks = ["a double espresso", "green tea", "cold brew", "sparkling water", "a flat white"]
    let topics = ["in the morning", "before the meeting", "with the accountant", "at the airport", "on weekends"]
    var rows = (0..<498).map { number -> JSON in
      let text =
        number % 50 == 49
        ? "Drinks green tea on weekends."
        : "Prefers \(drinks[number % 5]) \(topics[number / 5 % 5]), note \(number * 37)."
      return .object([
        .init("table", .string("memories")), .init("user_id", .string("user \(number % 4)")),
        .init("content", .string(text)), .init("importance_score", .double(Double(number % 11) / 10)),
        .init("access_count", .integer(number % 120)), .init("category", number % 3 == 0 ? .null : .string("drinks")),
        .init("created_at", .string("202\(3 + number % 3)-0\(1 + number % 5)-11T10:00:00Z")),
      ])
    }
    rows += [markup, escapes].map { text in
      .object([
        .init("table", .string("memories")), .init("user_id", .string("<b>\(text.prefix(12))")),
        .init("content", .string(text)), .init("category", .string("</script>")),
        .init("created_at", .string("2024-01-01T00:00:00Z")),
      ])
    }
    try world.folder.write(rows.map(\.text).joined(separator: "\n") + "\n", to: "rows.jsonl")
    for line in ["import rows.jsonl", "reembed --missing"] {
      let result = try world.run("-q", "--embedder", "hash", "-c", line)
      #expect(result.status == 0, "\(result.errors)")
    }
    return world
  }

  /// Opens a page that a command writes.
  private static func page(_ world: World, _ browser: Browser, _ words: String..., file: String) throws -> String {
    let path = world.folder.file(file)
    let result = try world.run(["-q"] + words + [path])
    #expect(result.status == 0, "\(result.errors)")
    try browser.resize(1_280, 800)
    try browser.open(path)
    return path
  }

  /// How many pixels of the map are drawn.
  private static let drawn = """
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
      const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
      const copyPen = copy.getContext("2d", { willReadFrequently: true });
      copyPen.drawImage(canvas, 0, 0);
      const { data } = copyPen.getImageData(0, 0, copy.width, copy.height);
      let drawn = 0;
      for (let i = 3; i < data.length; i += 4) if (data[i] > 100) drawn++;
      done(drawn);
    })))
    """

  /// Where a memory is on the screen.
  private static func place(_ browser: Browser, of index: String) throws -> (x: Double, y: Double) {
    let place = try browser.value(
      "(() => { const box = canvas.getBoundingClientRect(), i = \(index); return [box.left + screenX(i), box.top + screenY(i)]; })()"
    ).arrayValue?.compactMap(\.doubleValue)
    let found = try #require(place)
    try #require(found.count == 2)
    return (found[0], found[1])
  }

  @Test("500 memories: drawn, hovered, searched, filtered, by keyboard, in both themes and on a phone")
  func showsMap() throws {
    let world = try MapBrowserTests.world()
    let browser = try Browser(in: world.folder)
    let path = try MapBrowserTests.page(world, browser, "map", file: "map.html")
    try browser.prefersDark(false)
    let pixels = try #require(try browser.value(MapBrowserTests.drawn).integerValue)
    #expect(pixels > 2_000, "only \(pixels) pixels are drawn")
    #expect(try browser.value("total").integerValue == 500)
    #expect(try browser.value("byId('summary').textContent").stringValue?.contains("500 memories of") == true)
    #expect(try browser.value("data.links.length > 0") == .bool(true))
    try browser.photograph("map-light")

    // Hover and click.
    let (x, y) = try MapBrowserTests.place(browser, of: "data.text.findIndex((text) => text.includes('espresso'))")
    try browser.point(x, y)
    try browser.wait("!byId('tip').hidden && byId('tip-text').textContent.length > 0")
    let told = try browser.value(
      "[data.id[hovered], byId('tip-head').textContent, data.text[hovered] === byId('tip-text').textContent]")
    #expect(told.arrayValue?[1].stringValue?.hasPrefix(told.arrayValue?[0].stringValue ?? "-") == true, "\(told.text)")
    #expect(told.arrayValue?[2] == .bool(true))
    try browser.photograph("map-hover")
    try browser.point(x, y, clicks: true)
    try browser.wait("byId('toast').textContent.endsWith('show ' + data.id[selected])")

    // The keyboard.
    let before = try browser.value("selected").integerValue
    for key in ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "ArrowRight"] { try browser.press(key) }
    #expect(try browser.value("selected").integerValue != before)
    try browser.press("Enter")
    try browser.wait("byId('toast').textContent.endsWith('show ' + data.id[selected])")
    try browser.press("/")
    #expect(try browser.value("document.activeElement.id").stringValue == "search")
    try browser.type("green tea")
    try browser.wait("byId('found').textContent.includes('found')")
    let expected = try browser.value("data.text.filter((text) => /green/i.test(text) && /tea/i.test(text)).length")
      .integerValue
    #expect(try browser.value("seen.filter((state) => state === SHOWN).length").integerValue == expected)
    #expect(try browser.value("byId('results').children.length").integerValue == min(50, expected ?? 0))
    try browser.photograph("map-search")
    try browser.press("Escape")
    try browser.wait("!searched && seen.every((state) => state === SHOWN)")

    // Filters, colours, growth.
    try browser.value("byId('user').selectedIndex = 1; byId('user').dispatchEvent(new Event('change'))")
    #expect(try browser.value("seen.filter((state) => state === SHOWN).length < 200") == .bool(true))
    try browser.value("byId('user').selectedIndex = 0; byId('user').dispatchEvent(new Event('change'))")
    for way in ["user", "category", "importance", "age", "access", "cluster"] {
      try browser.value("byId('by').value = '\(way)'; byId('by').dispatchEvent(new Event('change'))")
      #expect(try browser.value("byId('legend').children.length > 0") == .bool(true), "\(way) has no legend")
      #expect(try #require(try browser.value(MapBrowserTests.drawn).integerValue) > 2_000)
    }
    try browser.value("byId('until').value = 0; byId('until').dispatchEvent(new Event('input'))")
    #expect(try browser.value("seen.filter((state) => state === SHOWN).length < 250") == .bool(true))
    try browser.value("byId('until').value = byId('until').max; byId('until').dispatchEvent(new Event('input'))")

    // Dark, by the system and by the button.
    let light = try browser.value("getComputedStyle(document.body).backgroundColor").stringValue
    try browser.prefersDark(true)
    let dark = try browser.value("getComputedStyle(document.body).backgroundColor").stringValue
    #expect(light != dark)
    try browser.photograph("map-dark")
    try browser.value("byId('theme').click()")
    #expect(try browser.value("getComputedStyle(document.body).backgroundColor").stringValue == light)

    // A phone.
    try browser.resize(390, 844)
    try browser.wait("document.documentElement.scrollWidth <= 390 && canvas.getBoundingClientRect().width <= 390")
    // The canvas gets its size in a moment of the browser's choice.
    try browser.wait("(\(MapBrowserTests.drawn)).then((pixels) => pixels > 1000)")
    try browser.photograph("map-phone")
    let faults = browser.faults(ofPage: path)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test("markup and escape sequences in memories, users and categories are text, and do nothing")
  func showsTextOnly() throws {
    let world = try MapBrowserTests.world()
    let browser = try Browser(in: world.folder)
    let path = try MapBrowserTests.page(world, browser, "map", "--by", "user", file: "map.html")
    for (index, shown) in [("498", MapBrowserTests.markup), ("499", "\\x1b[31mred\\x1b]0;title\\x07")] {
      try browser.value("select(\(index), true)")
      let text = try browser.value("byId('tip-text').textContent").stringValue
      #expect(text?.hasPrefix(shown) == true, "\(text ?? "")")
    }
    #expect(try browser.value("document.querySelectorAll('img, b, iframe, script').length").integerValue == 2)
    #expect(try browser.value("document.title").stringValue == "memsh: map")
    let file = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!file.contains("<img"))
    #expect(file.components(separatedBy: "</script>").count == 3)
    #expect(!file.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7F..<0xA0).contains($0.value) })
    let faults = browser.faults(ofPage: path)
    #expect(faults.isEmpty, "\(faults.joined(separator: "\n"))")
  }

  @Test("the policy of a page lets nothing else run, and nothing be fetched")
  func hasPolicy() throws {
    let world = try MapBrowserTests.world()
    let browser = try Browser(in: world.folder)
    let path = try MapBrowserTests.page(world, browser, "map", "--no-links", file: "map.html")
    #expect(browser.faults(ofPage: path).isEmpty)
    // What an attacker would have the page do: the test itself must be able to see it refused.
    try browser.value(
      """
      const injected = document.createElement("script");
      injected.textContent = "document.title = 'taken'";
      document.body.append(injected);
      document.body.append(Object.assign(document.createElement("img"), { src: "https://example.com/pixel.png" }));
      fetch("https://example.com/").catch(() => 0)
      """)
    #expect(try browser.value("document.title").stringValue == "memsh: map")
    let faults = browser.faults(ofPage: path).joined(separator: "\n")
    #expect(
      faults.contains("script-src") && faults.contains("connect-src") || faults.contains("default-src"), "\(faults)")
  }

  @Test("a map without texts holds none of them, and can be used all the same")
  func leavesTextsOut() throws {
    let world = try MapBrowserTests.world()
    let browser = try Browser(in: world.folder)
    let path = try MapBrowserTests.page(world, browser, "map", "--no-text", file: "map.html")
    let file = try String(contentsOfFile: path, encoding: .utf8)
    #expect(!file.contains("espresso") && !file.contains("weekends") && !file.contains("alert(1)"))
    try browser.value("select(3, true)")
    #expect(try browser.value("byId('tip-text').textContent").stringValue == "")
    #expect(try #require(try browser.value(MapBrowserTests.drawn).integerValue) > 2_000)
    #expect(browser.faults(ofPage: path).isEmpty)
  }

  @Test("the pages of dedup and stats show what the commands print")
  func showsReports() throws {
    let world = try MapBrowserTests.world()
    let browser = try Browser(in: world.folder)
    let duplicates = try MapBrowserTests.page(world, browser, "dedup", "--html", file: "dedup.html")
    #expect(try browser.value("document.querySelectorAll('.group').length > 0") == .bool(true))
    #expect(try browser.value("document.querySelectorAll('.track').length >= 4") == .bool(true))
    try browser.photograph("dedup")
    #expect(browser.faults(ofPage: duplicates).isEmpty)
    let stats = try MapBrowserTests.page(world, browser, "stats", "--html", file: "stats.html")
    // From January 2023 to May 2025, with the months in which nothing was created.
    #expect(try browser.value("document.querySelectorAll('svg .bar').length").integerValue == 15)
    #expect(try browser.value("document.querySelectorAll('svg .gap').length > 12") == .bool(true))
    #expect(try browser.value("document.body.textContent.includes('<b><script>')") == .bool(true))
    try browser.photograph("stats")
    try browser.resize(390, 844)
    try browser.wait("document.documentElement.scrollWidth <= 390")
    try browser.photograph("stats-phone")
    #expect(browser.faults(ofPage: stats).isEmpty)
  }
}
