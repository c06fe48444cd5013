/** Maximum bytes of a body that is parsed. Ids and names are in small responses; a large one is a report or a file. */
export const MAX_BODY_BYTES = 262_144
