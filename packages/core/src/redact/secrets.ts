// cspell:ignore aiza
import { REDACTED } from '../event/event.ts'
import { splitWords } from '../language/words.ts'

// Words that mark a name as secret.
const SECRET_WORDS = new Set(
  (
    'password passwords passwd passphrase passcode passkey pwd secret secrets token tokens auth oauth oauth2 authorization ' +
    'authentication credential credentials creds bearer jwt cookie cookies session sessions sessionid sessid phpsessid ' +
    'jsessionid salt certificate certificates otp otps totp hotp ssn cvv cvv2 cvc cvc2 csrf xsrf apikey apikeys privatekey ' +
    'secretkey accesskey cardnumber ccnumber creditcard pw mnemonic'
  ).split(' '),
)

// Compounds without separators: `authtoken`, `userpassword`, `mysqlpwd`, `setcookie`, `bcrypt`, `encrypted`.
const SECRET_COMPOUND =
  /^passw|(?:passwd|pwd|password|passphrase|secret|token|apikey|privatekey|secretkey|accesskey|cookie|credential|sessionid|cardnumber)s?$|crypt(?:ed)?$/

// Last words of names that describe a secret without being one: `tokenCount`, `passwordChangedAt`, `token_type`.
const METADATA_SUFFIXES = new Set(['at', 'count', 'type', 'length', 'enabled', 'required'])
const KEY_METADATA_SUFFIXES = new Set([
  ...METADATA_SUFFIXES,
  'id',
  'ids',
  'name',
  'names',
  'prefix',
  'label',
  'status',
  'kind',
])

function hasSecretWord(words: readonly string[]): boolean {
  const last = words.at(-1) ?? ''
  if (words.length > 1 && METADATA_SUFFIXES.has(last)) return false
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? ''
    if (SECRET_WORDS.has(word) || SECRET_COMPOUND.test(word)) return true
    if (at === 0) continue
    const pair = `${words[at - 1]} ${word}`
    // `api_key`, `signing-key`. A single word, as in `key: 'value'`, is not secret.
    if ((word === 'key' || word === 'keys') && !KEY_METADATA_SUFFIXES.has(last)) return true
    if (
      pair === 'card number' ||
      pair === 'card no' ||
      pair === 'credit card' ||
      pair === 'cc number' ||
      pair === 'social security'
    ) {
      return true
    }
  }
  return (
    last === 'pass' ||
    words.some((word, at) => word === 'pass' && /^(?:phrase|code|word|key)$/.test(words[at + 1] ?? ''))
  )
}

// Full-width letters and zero-width characters do not change a name for its reader.
function splitName(name: string) {
  return splitWords(name.normalize('NFKC').replace(/[\u00ad\u200b-\u200d\u2060\ufeff]/g, ''))
}

const MAX_CACHED_NAMES = 5_000
const isSecretByName = new Map<string, boolean>()

/**
 * Checks if a name is secret, word by word. `authToken`, `API-Key`, `set-cookie` and `password_hash` are; `author`, `tokenizer`,
 * `secretary` and `monkey` are not.
 */
export function isSecretName(name: string): boolean {
  const cached = isSecretByName.get(name)
  if (cached !== undefined) return cached
  // Longer names are not cached, to limit memory use.
  if (name.length > 128)
    return hasSecretWord(splitName(name.slice(0, 128))) || hasSecretWord(splitName(name.slice(-128)))
  const isSecret = hasSecretWord(splitName(name))
  if (isSecretByName.size >= MAX_CACHED_NAMES) isSecretByName.clear()
  isSecretByName.set(name, isSecret)
  return isSecret
}

/** Checks if a name contains one of the host's secret names, word by word: `iban` matches `customerIban`. */
function containsName(name: string, also: readonly string[]): boolean {
  const text = ` ${splitWords(name).join(' ')} `
  return also.some((secret) => {
    const words = splitWords(secret).join(' ')
    return words !== '' && text.includes(` ${words} `)
  })
}

// A fast test, so that most strings skip the slower patterns.
const MAY_CONTAIN_SECRET =
  /eyJ|bearer\s|\bBasic |PRIVATE KEY|[rsp]k_(?:live|test)_|sk_[0-9a-f]{6}|whsec_|whodid_|\bgh[pousr]_|github_pat_|\bxox[a-z]-|\b(?:AKIA|ASIA)|AIza|\bsk-|npm_|glpat-|\bSG\.|:\/\/[^/]*@|=|"\s*:|[a-z]:\s*\S|(?:\d[ -]?){13}/i

// Together, these two and a search for `=` and `_` find every text that the pattern above matches. They are much faster, because
// they do not ignore case. The second one expects lower case.
const MAY_BE_PAIR = /[A-Za-z"\s]:|:\/\//
const MAY_CONTAIN_TOKEN = /eyj|bearer\s|basic |private key|xox[a-z]-|akia|asia|aiza|sk-|glpat-|sg\.|(?:\d[ -]?){13}/

function mayContainSecret(text: string): boolean {
  if (text.length < 8) return false
  const hasMark = text.includes('=') || text.includes('_') || (text.includes(':') && MAY_BE_PAIR.test(text))
  return (hasMark || MAY_CONTAIN_TOKEN.test(text.toLowerCase())) && MAY_CONTAIN_SECRET.test(text)
}

const TOKENS = new RegExp(
  [
    String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`,
    String.raw`\beyJ[\w-]{8,}(?:\.[\w-]*)*`,
    String.raw`\b[Bb](?:earer|EARER)\s+(?!(?:tokens?|auth\w*|keys?|of|and|or|is|was|has)\b)[\w.~+/-]{3,}=*`,
    String.raw`\bBasic (?=\S*[A-Z0-9=])[A-Za-z0-9+/]{8,}={0,2}`,
    String.raw`\b[rsp]k_(?:live|test)_\w{4,}`,
    String.raw`\bsk_[0-9a-f]{6,}_\w{12,}`,
    String.raw`\bwhsec_[\w+/]{8,}=*`,
    String.raw`\bwhodid_[a-z]+_\w{16,}`,
    String.raw`\bgh[pousr]_\w{16,}`,
    String.raw`\bgithub_pat_\w{16,}`,
    String.raw`\bxox[abeoprs]-[\w-]{8,}`,
    String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
    String.raw`\bAIza[\w-]{35}`,
    String.raw`\bsk-[\w-]{20,}`,
    String.raw`\bnpm_\w{30,}`,
    String.raw`\bglpat-[\w-]{16,}`,
    String.raw`\bSG\.[\w-]{16,}\.[\w-]{16,}`,
  ].join('|'),
  'g',
)
const URL_PASSWORD = /(:\/\/[^\s:/?#@]*):[^\s/?#@]+@/g
const ASSIGNMENT = /([\w.[\]-]{2,64})=("[^"]*"|'[^']*'|[^\s&;"'<>]+)/g
// `name: value`, as in logs and configuration files. The value must not look like a plain word.
const COLON_PAIRS = /\b([\w-]{2,64}):\s*("[^"]+"|'[^']+'|(?=[^\s,;}"']*[^A-Za-z\s,;}"'])[^\s,;}"']{4,})/g
const QUOTED = /"([^"\\]{2,64})"(\s*:\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g
const DIGITS = /(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)/g

// Prefixes of card issuers with their lengths. Few other numbers match these and the check digit.
const CARD_NUMBER =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|6(?:011|4[4-9]\d|5\d\d)\d{12}|62\d{14,17}|(?:50|5[6-9]|6[0379])\d{11,17})$/

/** Checks if digits are a payment card number, by issuer prefix, length and Luhn check digit. */
export function isCardNumber(digits: string): boolean {
  if (!CARD_NUMBER.test(digits)) return false
  let sum = 0
  for (let at = 0; at < digits.length; at += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48
    const doubled = digit * 2
    sum += at % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/**
 * Redacts the secrets in a text: bearer and basic credentials, JWTs, keys of known formats, private keys, passwords in URLs,
 * `password=…` and `"password": "…"`, and card numbers. The rest of the text stays.
 */
export function redactText(text: string, isSecret: (name: string) => boolean = isSecretName): string {
  if (!mayContainSecret(text)) return text
  let clean = text.replace(TOKENS, REDACTED)
  if (clean.includes('://')) clean = clean.replace(URL_PASSWORD, `$1:${REDACTED}@`)
  if (clean.includes('=')) {
    clean = clean.replace(ASSIGNMENT, (match, name: string) => (isSecret(name) ? `${name}=${REDACTED}` : match))
  }
  if (clean.includes(':')) {
    clean = clean.replace(COLON_PAIRS, (match, name: string) => (isSecret(name) ? `${name}: ${REDACTED}` : match))
  }
  if (clean.includes('":') || clean.includes('" :')) {
    clean = clean.replace(QUOTED, (match, name: string, colon: string) =>
      isSecret(name) ? `"${name}"${colon}"${REDACTED}"` : match,
    )
  }
  return clean.replace(DIGITS, (digits) => (isCardNumber(digits.replace(/[ -]/g, '')) ? REDACTED : digits))
}

const matchersByNames = new WeakMap<readonly string[], (name: string) => boolean>()

/** Creates a test for secret names that includes the host's names. */
export function createSecretMatcher(also: readonly string[] | undefined): (name: string) => boolean {
  if (also === undefined || also.length === 0) return isSecretName
  const cached = matchersByNames.get(also)
  if (cached !== undefined) return cached
  const isMatchByName = new Map<string, boolean>()
  const isSecret = (name: string) => {
    let isMatch = isMatchByName.get(name)
    if (isMatch === undefined) {
      isMatch = isSecretName(name) || containsName(name, also)
      if (isMatchByName.size >= MAX_CACHED_NAMES) isMatchByName.clear()
      if (name.length <= 128) isMatchByName.set(name, isMatch)
    }
    return isMatch
  }
  matchersByNames.set(also, isSecret)
  return isSecret
}

/** Checks if a value under a secret name is one to redact: not empty, null, a boolean or already redacted. */
export function isSecretValue(name: string, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return value !== '' && value !== REDACTED
    // A number under a plural name is a count: `max_tokens: 4096`.
    case 'number':
      return !name.endsWith('s')
    case 'bigint':
      return true
    case 'object':
      return value !== null
    default:
      return false
  }
}
