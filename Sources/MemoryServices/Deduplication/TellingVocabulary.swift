import Database
import MemoryModel

/// Words that tell two texts apart, or that never do, in the languages memories are most often in.
///
/// Each list is one string of small letters, words separated by blanks; in ``values`` and ``opposites`` a line is a
/// group. A list that lacks a word makes two texts duplicates no more often than they were without it.
struct TellingVocabulary: Sendable {
  static let shared = TellingVocabulary()

  /// What is known of a word.
  struct Entry {
    var kind: TellingKind?
    /// The one spelling of a unit of measure, currency or time.
    var unit: UInt64?
    /// The hash of the digits of a number that is written as a word.
    var number: UInt64?
    /// One hash for all words that mean the same.
    var meaning: UInt64?
    /// Two words are opposites when one is on the other side of the same line.
    var sides: [Int] = []
  }

  private var entries: [Entry] = []
  /// The places of the entries by the lowest bits of their hashes, which are spread well already; 0 where there is none.
  private var slots: [(hash: UInt64, entry: Int32)]

  /// What is known of a word; nil for one that is in no list.
  func entry(_ hash: UInt64) -> Entry? { place(hash).map { entries[$0] } }

  /// What a word is; nil for one that is in no list, or only among the numbers, units and the like.
  func kind(_ hash: UInt64) -> TellingKind? { place(hash).flatMap { entries[$0].kind } }

  /// The one spelling of a unit; nil for what is not a unit.
  func unit(_ hash: UInt64) -> UInt64? { place(hash).flatMap { entries[$0].unit } }

  private func place(_ hash: UInt64) -> Int? {
    var slot = Int(hash & UInt64(slots.count - 1))
    while slots[slot].entry != 0 {
      if slots[slot].hash == hash { return Int(slots[slot].entry) - 1 }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private init() {
    func split(_ text: String) -> [String] { text.split { $0 == " " || $0 == "\n" }.map(String.init) }
    func lines(_ text: String) -> [[String]] { text.split(separator: "\n").map { split(String($0)) } }
    func withStem(_ word: String) -> Set<UInt64> {
      [Mixer.word(word), Mixer.word(WordForms.stem(word.unicodeScalars.map(\.value)))]
    }
    var known: [UInt64: Entry] = [:]
    for (text, kind) in [
      (CommonWords.everyday, TellingKind.known), (TellingVocabulary.linking, .linking),
      (TellingVocabulary.conjunctions, .conjunction), (TellingVocabulary.directions, .direction),
      (TellingVocabulary.values, .value), (TellingVocabulary.negations, .negation),
    ] {
      for word in split(text) { known[Mixer.word(word), default: Entry()].kind = kind }
    }
    for line in lines(TellingVocabulary.unitsOfMeasure) {
      for word in line { known[Mixer.word(word), default: Entry()].unit = Mixer.word(line[0]) }
    }
    for line in lines(TellingVocabulary.numberWords) {
      for word in line.dropFirst() { known[Mixer.word(word), default: Entry()].number = Mixer.word(line[0]) }
    }
    for line in lines(TellingVocabulary.sameMeaning) {
      for word in line {
        for hash in withStem(word) { known[hash, default: Entry()].meaning = Mixer.word(line[0]) }
      }
    }
    for (number, line) in lines(TellingVocabulary.opposites).enumerated() {
      var side = number * 2
      for word in line {
        if word == "/" {
          side += 1
          continue
        }
        for hash in withStem(word) { known[hash, default: Entry()].sides.append(side) }
      }
    }
    var size = 1
    while size < known.count * 3 { size *= 2 }
    slots = [(hash: UInt64, entry: Int32)](repeating: (0, 0), count: size)
    for (hash, entry) in known {
      entries.append(entry)
      var slot = Int(hash & UInt64(size - 1))
      while slots[slot].entry != 0 { slot = (slot + 1) & (size - 1) }
      slots[slot] = (hash, Int32(entries.count))
    }
  }

  // MARK: Lists

  /// Words without a meaning of their own.
  private static let linking = """
    a an the this that these those is are am was were be been being do does did done has have had having will would shall
    i you we they it its my your our their me us them he she his her him hers to of in on at for with by from as so too just
    really very quite please also about into onto then there here who which what when where how than if up off down out per
    let lets named called one some any such own via etc hi hello anymore
    der das den dem des ein eine einen einem einer eines ist sind haben hatte wird werden ich du er
    sie es wir ihr mein meine meinen dein seine ihre im in zu zum zur von vom mit bei auf an am für aus als dass auch sehr
    bitte gern gerne ja so da le la les l un une des du de d au aux est sont a ont je j tu il elle on nous vous ils elles
    mon ma mes sa ses en à dans pour par sur avec que qu qui c ce cette ne n s y très aussi el los las lo unos unas uno
    una al del es está están ha han yo tú él ella nosotros mi mis su sus en por para con que se me te muy también
    的 了 吗 呢 吧 啊 着 过 地 得 之 很 は が を に の へ と も で
    """

  private static let conjunctions = "and or und oder et ou y e o & plus sowie as-well nor 和 与 及 或"

  /// Words between two others that are not the same when these change places.
  private static let directions = """
    over than from to into instead ahead behind towards against for by of versus vs onto with statt über gegen von zu als
    contre sur sous que sobre contra 比 给 从 到
    """

  /// Words that say which, how much, how often or when: with another one, or without it, a text says something else.
  private static let values = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun mondays tuesdays
    wednesdays thursdays fridays saturdays sundays weekday weekdays weekend weekends montag dienstag mittwoch donnerstag
    freitag samstag sonnabend sonntag lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves
    viernes sábado domingo january february march april june july august september october november december jan feb mar apr
    jun jul aug sept sep oct nov dec januar februar märz mai juni juli oktober dezember janvier février mars avril juin
    juillet août septembre octobre novembre décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre
    noviembre diciembre spring summer autumn winter
    yesterday today tomorrow tonight morning noon afternoon evening midnight gestern heute morgen abends mittags
    hier aujourd demain matin soir ayer hoy mañana noche tarde 昨 今 明
    all none most few many several both half every each only everyone everybody anyone someone alle einige manche viele wenige
    jeder jede jedes nur tous toutes tout quelques plusieurs chaque seulement todos todas algunos algunas cada solo sólo
    always usually often sometimes rarely seldom hardly daily weekly monthly yearly annually hourly nightly once twice thrice
    immer oft manchmal selten täglich wöchentlich monatlich jährlich toujours souvent parfois rarement siempre menudo veces
    raramente diario
    more less fewer least better worse best worst larger smaller higher lower bigger earlier later sooner faster slower
    cheaper older younger longer shorter mehr weniger besser schlechter größer kleiner höher niedriger früher später moins
    mieux pire más menos mejor peor
    before after until till since during except unless besides vor nach bis seit außer avant après jusqu depuis sauf antes
    después hasta desde excepto
    former formerly previously ex future next last first second third fourth fifth sixth primary secondary main backup
    minimum maximum min max at-least double triple quarter
    left right north south east west northern southern eastern western inside outside above below over under
    may might must should
    前 后 後 左 右 上 下 东 西 南 北 只 每 全 必 应 须 晚 早
    """

  private static let negations = """
    not no never neither nor none nobody nothing nowhere without cannot cant can't dont don't doesnt doesn't didnt didn't
    isnt isn't arent aren't wasnt wasn't werent weren't wont won't wouldnt wouldn't shouldnt shouldn't couldnt couldn't hasnt
    hasn't havent haven't hadnt hadn't mustnt mustn't neednt needn't aint ain't stop stops stopped stopping quit quits
    ceased ceases fails failed refuses refused lacks lacking non unable avoid avoids avoided forbidden prohibited
    nicht kein keine keinen keinem keiner keines nie niemals ohne nichts niemand weder kaum nirgends verboten
    pas jamais sans aucun aucune rien non ni nunca sin ningún ninguno ninguna nada nadie jamás tampoco não nem sem senza
    niente nessuno niet geen nooit zonder inte aldrig utan ikke aldri не нет никогда без нельзя ни никто ничего nije nie bez
    değil yok لا ليس لم لن بدون غير לא אין בלי नहीं मत
    不 没 沒 未 别 勿 無 无 非 否 莫 안 못
    """

  /// The first word of a line stands for the others.
  private static let unitsOfMeasure = """
    mg milligram milligrams milligramm milligramme milligrammes miligramo miligramos
    g gram grams gramm gramme grammes gramo gramos gr
    kg kilo kilos kilogram kilograms kilogramm kilogrammes kilogramos
    mcg µg μg ug microgram micrograms mikrogramm microgrammes microgramos
    ton tons tonne tonnes
    l liter liters litre litres litros litro
    ml milliliter milliliters millilitre millilitres
    cl centiliter centilitre
    dl deciliter decilitre
    km kilometer kilometers kilometre kilometres kilómetros kilómetro
    m meter meters metre metres metro metros mètres
    cm centimeter centimeters centimetre centimetres zentimeter
    mm millimeter millimeters millimetre millimetres
    mi mile miles meile meilen
    ft foot feet fuß
    inch inches zoll
    lb lbs
    oz ounce ounces
    s sec secs seconds sekunde sekunden secondes segundos
    ms millisecond milliseconds
    minute min mins minutes minuten minutos
    h hr hrs hour hours stunde stunden std heure heures hora horas uhr
    day days tag tage tagen jour jours día días 天 日
    week weeks woche wochen semaine semaines semana semanas 周
    month months monat monate monaten mois mes meses 月
    year years yr yrs jahr jahre jahren an ans année années año años 年
    % percent pct prozent pourcent
    $ dollar dollars usd us$
    € euro euros eur
    £ pound pounds gbp pfund sterling
    ¥ yen jpy
    yuan rmb cny 元
    chf franken francs francos
    °c celsius c
    °f fahrenheit f
    kb kilobyte kilobytes
    mb megabyte megabytes
    gb gigabyte gigabytes
    tb terabyte terabytes
    kib
    mib
    gib
    hz hertz
    khz
    mhz
    ghz
    v volt volts
    w watt watts
    kw kilowatt kilowatts
    kwh
    am a.m
    pm p.m
    kmh km/h kph
    mph
    kcal calories
    rpm
    tablet tablets tablette tabletten
    drop drops tropfen
    k
    """

  private static let numberWords = """
    0 zero null zéro cero 零
    2 two zwei deux dos 二 两
    3 three drei trois tres 三
    4 four vier quatre cuatro 四
    5 five fünf cinq cinco 五
    6 six sechs seis 六
    7 seven sieben sept siete 七
    8 eight acht huit ocho 八
    9 nine neun neuf nueve 九
    10 ten zehn dix diez 十
    11 eleven elf onze
    12 twelve zwölf douze doce dozen
    13 thirteen dreizehn treize trece
    14 fourteen vierzehn quatorze catorce
    15 fifteen fünfzehn quinze quince
    16 sixteen sechzehn seize dieciséis
    17 seventeen siebzehn
    18 eighteen achtzehn
    19 nineteen neunzehn
    20 twenty zwanzig vingt veinte
    30 thirty dreißig trente treinta
    40 forty vierzig quarante cuarenta
    50 fifty fünfzig cinquante cincuenta
    60 sixty sechzig soixante sesenta
    70 seventy siebzig setenta
    80 eighty achtzig ochenta
    90 ninety neunzig noventa
    100 hundred hundert cent cien ciento 百
    1000 thousand tausend mille mil 千
    10000 万
    1000000 million millions millionen
    """

  private static let sameMeaning = """
    big large
    begin start
    end finish
    buy purchase
    reside live
    enjoy like love
    movie film
    doctor physician
    car automobile
    bike bicycle
    favorite favourite
    color colour
    gray grey
    organize organise
    center centre
    ill sick
    job occupation
    child kid
    photo picture
    tv television
    application app
    repository repo
    database db
    administrator admin
    password passwd
    ok okay
    thanks thank
    mom mum mother
    dad father
    """

  /// What is on the two sides of a stroke cannot both be so.
  private static let opposites = """
    enable activate / disable deactivate
    enabled active / disabled inactive
    allow permit allowed permitted / deny forbid disallow denied forbidden reject block
    accept / reject refuse decline
    grant / revoke deny
    increase raise rise grow up upgrade gain more higher / decrease reduce lower fall shrink down downgrade lose less fewer
    before / after
    earlier / later
    on / off
    in / out
    hot warm / cold cool
    true yes correct right / false no incorrect wrong
    left / right
    open opened / close shut
    add insert include / remove delete exclude
    win / lose
    success succeed pass passed / failure fail failed
    love like enjoy prefer / hate dislike detest loathe
    happy glad / sad unhappy
    good great / bad poor
    safe / unsafe dangerous harmful
    healthy / ill sick unhealthy
    positive / negative
    public / private
    internal / external
    input / output
    inbound incoming / outbound outgoing
    import / export
    upload / download
    push / pull
    send / receive
    buy purchase / sell
    lend / borrow
    teach / learn
    employer / employee
    start begin started begun / stop end finish finished
    first / last
    always / never
    all every everyone / none no nobody
    all every everyone always / some sometimes rarely
    many most / few
    minimum least / maximum most
    high tall / low short
    big large / small little tiny
    long / short
    fast quick / slow
    early / late
    old / new young
    rich / poor
    full / empty
    heavy / light
    dark / light bright
    black / white
    strong / weak
    hard difficult / easy simple soft
    wet / dry
    clean / dirty
    loud / quiet
    expensive / cheap
    near close / far
    top above over / bottom below under
    inside / outside
    north / south
    east / west
    day / night
    morning / evening
    male man boy husband father brother son he him his / female woman girl wife mother sister daughter she her hers
    single / married
    married / divorced single
    alive / dead
    present / absent
    online up / offline down
    locked / unlocked
    visible shown show / hidden hide
    read / write
    encrypt encrypted / decrypt decrypted plaintext
    mandatory required must / optional
    may can could might / must should need
    can / cannot
    agree / disagree
    approve approved / reject rejected
    trust / distrust
    arrive arrival / leave depart departure
    hire hired / fire fired
    is are am / was were
    has have / had
    will / won't did was were
    vegetarian vegan / carnivore meat
    synchronous / asynchronous
    horizontal / vertical
    ascending / descending
    client / server
    master primary / replica secondary backup
    hypertension / hypotension
    with / without
    guilty / innocent
    profit / loss
    credit / debit
    lower / upper
    mit / ohne
    warm heiß / kalt
    an ein / aus
    erlaubt darf / verboten
    mag liebt / hasst
    gut / schlecht
    groß / klein
    neu jung / alt
    links / rechts
    immer / nie niemals
    alle / keine
    öffnen offen / schließen geschlossen
    steigt gestiegen / sinkt gefallen gesunken
    avec / sans
    aime adore / déteste
    chaud / froid
    bon / mauvais
    grand / petit
    gauche / droite
    toujours / jamais
    ouvert / fermé
    con / sin
    gusta encanta / odia
    caliente / frío
    bueno / malo
    grande / pequeño
    izquierda / derecha
    siempre / nunca
    abierto / cerrado
    """
}

extension Mixer {
  /// The hash of a word in small letters.
  static func word(_ text: String) -> UInt64 {
    finish(text.unicodeScalars.reduce(start) { adding(UInt64($1.value), to: $0) })
  }

  /// The same for its characters.
  static func word(_ scalars: some Sequence<UInt32>) -> UInt64 {
    finish(scalars.reduce(start) { adding(UInt64($1), to: $0) })
  }
}
