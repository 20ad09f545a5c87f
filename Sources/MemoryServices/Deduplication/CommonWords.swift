import Database
import MemoryModel

/// Everyday words that a typing error could make of each other.
enum CommonWords {
  /// When both of two words are here, they are two words, and neither is the other with a typing error.
  static let everyday = """
    able about above accept access account ache acid acre across act action active actor add added address admin adult adopt
    adapt advice advise affect effect age agent agents ages ago agree ahead aid aim air alarm album alert alike alive allow
    almost alone along alpha already also alter altar amount angel angle anger angry ankle annual answer ant ants any apart
    app apple apples apply april arch area arm arms army art arts ask asked asks asset assets attack attic aunt author auto
    autumn awake award aware away axe baby back bacon bad badge bag bags bake baked baker balance ball balls band bank banks
    bar bare bark barn base based basic basil basin bat batch bath bay beach bead beam bean beans bear beard beat bed beds
    beef been beer bees before began begin begun behind being bell belly below belt bench bend bent berry best bet beta better
    big bike bikes bill bills bin bind bird birds birth bit bite bits bitter black blame bland blank blast blend bless blind
    block blood bloom blow blown blue board boat boats body boil bold bolt bomb bond bone bones book books boot boots border
    bore born boss both bottle bottom bought bound bow bowl box boxes boy boys brain brake branch brand brave bread break
    breakfast breath breed brick bride bridge brief bright bring broad broke broken brother brought brown brush bucket budget
    bug bugs build building built bulk bull burn burned burst bus buses bush business busy butter button buy buyer cabin cable
    cache cake cakes call called calls calm came camera camp can candy cane cannot canon cap cape car card cards care careful
    careless cares carrot carry cars cart case cases cash cast castle cat cats cattle caught cause cave cell cellar cello cent
    cereal chain chair chairs chalk champion chance change changed channel chapter charge charger chart chase cheap cheat
    check cheek cheese chef cherry chess chest chicken chief child choice choose chose church cider cigar circle city claim
    class clay clean clear clerk click client climb clock close closed closer cloth clothes cloud club clue coach coal coast
    coat coats cod code codes coffee coin coins cold collar colleague college colour color comb come comes comment common
    commit company complain complete comply compute computer concert cone confirm contact content contest context contract
    control cook cooked cookie cooking cool copies copy cord core corn corner cost costs cotton couch cough could count counter
    country couple course court cousin cover cow cows crab craft crash crate crawl crazy cream create credit crew crime crisp
    crop cross crowd crown cruel cruise cry cube cup cups cure curl curly current curry curse curtain curve customer cut cute
    cycle daily dairy dance dancer danger dare dark data database date dated dates daughter dawn day days dead deaf deal dealer
    dear death debit debt decay decide deck deep deer default defect define degree delay delete demand dense dental deny depend
    deploy depth desert design desk dessert detail detect device dial diary dice diet different dig digital dim dine diner
    dinner direct dirt dirty disc dish disk dive doctor dog dogs doll done donor door doors dose dot double doubt dough down
    draft drag drain drama draw drawer dream dress dried drill drink drinks drive driver drop drove drug drum dry duck due dull
    dump during dust dusty duty each eager ear early earn ears earth ease easily east easter easy eat eats echo edge edit edited
    editor egg eggs eight either elbow elder elect eleven email empty enable end ended ends enemy energy engine enjoy enter entry
    equal equip error errors escape essay even evening event events ever every evil exact exam example except excite exit expect
    expert export extend extra eye eyes face fact facts fade fail failed fair fairy faith fake fall false fame family fan far
    fare farm farmer fast fat fate father fault favor fear feast feature fed fee feed feel feet fell fellow felt female fence
    fever few fewer field fifth fifty fight figs file files fill film final find fine finger finish fir fire fired firm first
    fish fist fit five fix fixed flag flame flat flavour flew flight float flood floor flour flow flower flu fluid flute fly foam
    focus fog fold follow food foot for force forest forget fork form formal format formed former fort forth forty found four fox
    frame free fresh friday fridge fried friend fries frog from front frost frozen fruit fry fuel full fun fund funny fur fuse
    game games gap garage garden garlic gas gate gave gear gene get giant gift girl girls give given gives glad glass glasses
    globe glove glue goal goals goat goats god goes going gold golf gone good goods goose gown grab grade grain grand grant
    grape grapes graph grass grave gray great green greet grew grey grid grief grill grip gross ground group grow grown guard
    guess guest guests guide guitar gulf gum gun gym habit hair half hall ham hammer hand handle hands handy hang happen happy
    hard hardly hare harm harp hash hat hate hates have hawk hay head heal health hear heard heart heat heating heavy heel
    height held hello help hen her herb here hero hers hide high hiking hill him hint hip hire hired his hit hobby hold hole
    holiday hollow holy home honest honey hook hope horn horse horses host hosts hot hotel hour hours house houses how huge human
    humble hundred hunger hungry hunt hurt husband ice icon idea ideal idle image import inch index indoor infant inform injure
    ink inn inner input insect inside insure into invest invite iron island issue item items its jacket jam jar jaw jazz jeans
    jelly jet jewel job jobs join joint joke journal joy judge juice jump jumper junior jury just keen keep kept kettle key keys
    kick kid kids kill kind king kiss kit kitchen kite kitten knee knew knife knit knock know known label labor lack ladder lady
    laid lake lamb lamp land lane language laptop large last late later latest laugh launch law lawn laws lawyer lay layer lazy
    lead leader leaf leak lean leap learn lease least leather leave led left leg legal legs lemon lend length lens less lesson
    let letter level lever liar library lice lid lie life lift light like liked likes limb lime limit line linen liner lines link
    lion lip lips list listen lists lit litter little live lived liver lives living load loan local lock log logic login logs
    lonely long look loop loose lord lose loss lost lot lots loud love loved lover loves low lower luck lucky lunch lung lungs
    made magic maid mail main make maker makes male mall man manage manager mango manner many map maple maps marble march mark
    market marry mask mass master mat match mate math matter may maybe mayor meal meals mean means meant meat medal media medical
    meet meeting melon melt member memory men mend mental mention menu merge merry mess message met metal meter method mice middle
    might mild mile miles milk mill mind mine mini mint minus minute mirror miss mist mix mixed mobile modal mode model modem
    modern module moment monday money monitor monkey month mood moon moral more morning most moth mother motion motor mould mount
    mountain mouse mouth move moved movie much mud mug murder muscle museum music must myth nail name named names narrow nation
    native nature navy near neat neck need needle needs nerve nest net never new news next nice night nine node noise none noon
    nor normal north nose not note noted notes notice noun novel november now number numbers nurse nut nuts oak oats object ocean
    odd offer office officer often oil old olive once one onion online only onto open opened opera option oral orange orbit order
    orders organ other otter our out outdoor outer output oven over owl own owner owns oxygen pace pack packet page pages paid
    pain paint painter pair pale palm pan panel panic paper papers parent park parrot part partner party pass passed password past
    pasta paste pastry patch path patient patrol pattern pause pay peace peach peak peanut peanuts pear pearl peas pedal peer pen
    pencil people pepper perfect period person pest pet pets phone photo piano pick picnic picture pie piece pier pig pigs pile
    pill pillow pills pilot pin pine pink pipe pit pitch pizza place plain plan plane planet plant plants plate play played player
    plays plea please plot plug plum plus pocket poem poet point poison poker pole police policy polish polite poll pond pony
    pool poor pop pork port porter ports pose post posts pot potato pots pound pour powder power praise pray prefer prefers present
    press pretty price prices pride priest prime print printed printer prior prison prize probe problem process produce product
    profile profit project proof proper proud prove public pull pulse pump pumpkin punch pupil puppy pure purple purse push put
    puzzle quarter queen query quest queue quick quiet quit quite quiz quote rabbit race races rack racket radar radio raft rage
    rail rain rainy raise ran range rank rare rarely rat rate rated rates rather ratio raw ray reach read reader reads ready real
    really rear reason recall receipt recent recipe record recover red reduce refer reflect refuse region reject relate relax
    release rely remain remind remote remove rent repair repeat reply report request rescue reset resort rest result retail retire
    return review rice rich ride rides rider right ring rings ripe rise risk river road roads roast robot rock rode role roll roof
    room rooms root rope rose rough round route router row royal rub rubber rude rugby ruin rule rules run running runs rural rush
    sad safe safety said sail sailor salad salary sale sales salmon salon salt same sand sang sat satin sauce save saved saw say
    scale scan scar scare scarf scene school science scope score scout scrap screen script sea seal search season seat seats second
    secret section secure see seed seek seem seen self sell send senior sense sent series serve server servers service set sets
    settle seven sew shade shadow shake shall shame shape share shared sharp she shed sheep sheet shelf shell shelter shift shine
    ship shirt shirts shock shoe shoes shop shore short shot should shout show shower shown shut shy sick side sides sign signal
    silent silk silly silver simple since sing singer single sink sir sister sit site sites six size sized skate ski skill skin
    skirt sky slave sleep slept slice slide slim slip slot slow small smart smell smile smoke smokes smooth snack snail snake snow
    soap soccer social sock socks soda sofa soft software soil sold solo solve some son song songs soon sore sorry sort soul sound
    soup sour source south space spade spare speak speech speed spell spend spent spice spider spill spin spine spirit spoke spoon
    sport spot spray spread spring square squash stable stack staff stage stain stair stake stamp stand star stare start state
    station stay steak steal steam steel steep stem step stick sticky still stir stock stole stone stood stool stop storage store
    stored storm story stove straight strain strange straw stream street stress strict strike string strip stroke strong struck
    student study stuff style subject sugar suit suite suits summer sun sunny sure surf swan sweat sweater sweep sweet swift swim
    swimming swing switch sword system table tables tablet tablets tail tailor take taken takes tale talk tall tank tap tape target
    task tasks taste tax taxi tea teach teacher team teams tear tears teeth tell ten tend tennis tense tent term terms test tests
    text texts than thank that theft their them theme then theory there thick thief thigh thin thing things think third this those
    though thread threat three threw throat throw thumb ticket tide tie tied tiger tight tile till time timer times tin tiny tip
    tire tired title toast today toe toes toilet told tomato tone tongue tonight tool tools tooth top topic torch toss total touch
    tough tour towel tower town toy toys trace track trade trader trail train trained trainer training trains trait tram trap trash
    travel tray tree trees trend trial tribe trick tried trip truck true trunk trust truth try tube tuesday tulip tune turn turned
    twelve twenty twice twin twins two type types ugly uncle under union unit unite until update upper upset urban use used user
    users uses usual vague valid valley value van vanilla vary vast veal vein verb verse very vest video view villa village vine
    violin virus visa visit visitor vital voice void volume vote wage wages wait waiter wake walk walking walks wall wallet wander
    want wanted wants war ward warm warn was wash waste watch water wave wax way weak wealth wear weary weather weave web wedding
    weed week weeks weight well went were west wet whale what wheat wheel when where which while whip white whole why wide widow
    width wife wild will win wind window wine wing winner winter wipe wire wise wish with wolf woman women won wonder wood wooden
    wool word words wore work worked worker working works world worm worn worry worse worst worth would wound wrap wrist write
    writer writes wrong wrote yard year years yeast yellow yes yet yoga yogurt you young your youth zero zone zoo
    abend alle alter angst arbeit arm arzt auge auto bad bahn ball bank bauch baum bein berg bett bier bild bitte blatt blau blume
    boden braun brief brot brücke bruder buch butter dach dame dorf dose ecke eier eltern ende essen fahrt farbe feld fest feuer
    fieber fisch flug fluss frage frau freund frucht fuß garten gast geld gelb glas gold grau grün gut haar hand haus haut heft
    heim hemd herbst herr herz himmel hof holz hose hund hunde hut jacke jahr junge käse katze katzen keller kind kinder kirche kleid
    knie kopf korb kraft kuchen kuh land laut leben leder lehrer leute licht liebe lied löffel luft mann markt maus meer mehl milch
    monat mond morgen mund mutter nacht name nase nuss obst ofen ohr onkel ort papier pferd platz post rad rat raum regen reis reise
    ring rock rose rot rücken saft sache salz sand schiff schnee schuh schule schwarz schwester see seife seite sohn sommer sonne
    stadt stein stern stuhl suppe tag tante tasche tasse tee teller tier tisch tochter tor tür uhr vater vogel wald wand wasser weg
    wein weiß welt wetter wiese wind winter woche wolke wort wurst zahn zeit zimmer zucker zug
    ami amie ans arbre bain balle beurre bière blanc bleu bois bon bras bureau café chat chats cheval cheveux chien chiens ciel
    cinéma clé coeur corps cour cours cuisine dent eau école enfant feu fille fils fleur fois frère fromage fruit gare gris homme
    huile jardin jaune jour lait lit livre main maison mari mer mère midi mois monde mot noir nom nuit oeil orange pain papier pays
    père pied plage pluie poire pomme pont porte poule prix repas riz robe roi rouge route rue sac sel soeur soir soleil table tasse
    tête thé train verre vert viande vie ville vin voiture voix
    agua amarillo amigo amiga arroz azul baño barco blanco boca bolsa brazo cabeza café caja calle cama campo carne carro carta casa
    cena cielo coche cocina comida cuchara cuerpo dedo dinero escuela familia fiesta flor fuego gato gatos gris hermana hermano hija
    hijo hombre hoja huevo isla jamón jardín juego leche libro lluvia luna luz madre mano mar mesa miel mujer mundo naranja negro
    niña niño noche nombre nube ojo oro padre pan papel pared pato peine pelo pera perro perros pescado pez pie piedra playa plato
    pollo puerta queso rey río rojo ropa sal sol sopa taza té tierra tren uva vaca vaso ventana verde viaje vida vino zapato
    """
}
