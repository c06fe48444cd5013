/** The filter: its schema, times, search text and order. */

export { FILTER_CONDITIONS, parseResourceRef, SORT_COLUMNS } from './filter.ts'
export { matchesFilter } from './matches.ts'
export { getPosition, getSortValue } from './position.ts'
export { filterSchema } from './schema.ts'
export { foldPhrases, foldText, getPhraseNeedles, getSearchNeedles, SEARCHED_FIELDS } from './search-text.ts'
export { parseTimeRange } from './time-range.ts'
