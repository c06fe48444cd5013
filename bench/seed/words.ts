/** English words for resource names, the most frequent first. */
export const WORDS: readonly string[] = (
  'report invoice project release design server customer contract budget launch review dashboard campaign summary account ' +
  'harbour orchard winter summer market garden river bridge castle forest island valley mountain ocean meadow canyon desert ' +
  'engine kernel socket packet cluster replica shard gateway proxy balancer container volume snapshot backup archive pipeline ' +
  'webhook schedule template layout banner newsletter survey checkout basket receipt refund payment payroll expense forecast ' +
  'quarterly monthly weekly annual internal external public private draft final legacy modern global regional northern southern ' +
  'eastern western central primary secondary critical minor major urgent pending silver golden copper crimson scarlet amber ' +
  'violet indigo cobalt emerald ivory ebony coral maroon olive teal lavender magenta turquoise charcoal platinum bronze ' +
  'falcon eagle sparrow heron otter badger beaver walrus dolphin salmon lobster turtle leopard panther jaguar buffalo gazelle ' +
  'antelope mongoose hedgehog squirrel raccoon penguin pelican flamingo peacock kestrel magpie raven swallow nightingale ' +
  'apple cherry lemon orange peach walnut chestnut almond hazelnut cinnamon saffron ginger pepper vanilla mustard basil ' +
  'thyme rosemary parsley fennel juniper cedar maple birch willow poplar cypress sycamore hawthorn bramble clover thistle ' +
  'anchor beacon compass lantern ladder hammer chisel anvil bellows furnace crucible kiln lathe pulley winch lever pivot ' +
  'spindle shuttle loom thread needle button velvet cotton linen woollen leather canvas parchment vellum quill inkwell ledger ' +
  'chapter volume preface appendix glossary footnote paragraph sentence syllable grammar dialect proverb riddle sonnet ballad ' +
  'sonata overture symphony quartet rhythm cadence melody harmony chorus verse refrain tempo octave treble clarinet trumpet ' +
  'cello violin piano guitar banjo fiddle accordion harpsichord timpani cymbal gallery museum theatre cinema library academy ' +
  'college seminar lecture tutorial workshop laboratory observatory telescope microscope barometer thermometer pendulum magnet ' +
  'isotope neutron photon electron proton quasar nebula comet asteroid meteor eclipse solstice equinox zodiac horizon zenith ' +
  'glacier tundra prairie savanna lagoon estuary delta reservoir aqueduct viaduct tunnel junction terminal platform railway ' +
  'tramway ferry schooner frigate galleon trawler dinghy kayak paddle rudder rigging mainsail keel bulwark capstan hawser ' +
  'village borough county province district parish precinct citadel rampart turret drawbridge portcullis moat dungeon tapestry ' +
  'goblet chalice sceptre diadem brooch pendant locket amulet talisman monocle spectacles umbrella parasol waistcoat cravat'
).split(' ')

/** Words with accents, other scripts and an emoji, for a few names. */
export const FOREIGN_WORDS: readonly string[] =
  'Überblick Fähre Größe café naïve résumé Łódź Žižkov Ångström smørrebrød İstanbul перечень договор отчёт αναφορά 東京支店 売上報告 会議室 项目计划 数据中心 보고서 서울지점 رحلة תקציב 🚀launch'.split(
    ' ',
  )

export const FIRST_NAMES: readonly string[] =
  'Ada Grace Alan Edsger Barbara Donald Margaret Linus Radia Ken Dennis Frances Jean Katherine Dorothy Mary Annie Hedy Joan Karen Shafi Leslie Tony Niklaus Robin John Edgar Ivan Adele Evelyn Ruth Irene Rosalind Marie Emmy Sofia Maryam Ingrid Søren Zoë José Anaïs Jürgen Björn Chloé Łukasz Dvořák Nuñez 太郎 花子 伟 秀英 민준 Иван Анна'.split(
    ' ',
  )

export const LAST_NAMES: readonly string[] =
  'Lovelace Hopper Turing Dijkstra Liskov Knuth Hamilton Torvalds Perlman Thompson Ritchie Allen Bartik Johnson Vaughan Jackson Easley Lamarr Clarke Jones Goldwasser Lamport Hoare Wirth Milner McCarthy Codd Sutherland Goldberg Granville Teitelbaum Greif Franklin Curie Noether Kovalevskaya Mirzakhani Smith Brown Taylor Wilson Davies Evans Thomas Roberts Walker Wright Robinson White Hughes Edwards Green Hall Wood Harris Lewis Martin Clark Müller Gómez Françoise Nowák 山田 佐藤 王 李 김 Петров'.split(
    ' ',
  )
